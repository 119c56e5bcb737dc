"""`regnb doctor`, `regnb clean` and `regnb folder`: what is on this machine, and what labs left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from regnb.cli.texts import failures, text, translator
from regnb.errors import EngineError, EngineUnavailable

if TYPE_CHECKING:
    from regnb.engine import Engine
    from regnb.lab.cleanup import Leftover

MARKS = {"good": ("✓", "green"), "note": ("•", "yellow"), "bad": ("✗", "red")}


@click.command(help=text("doctor.help"))
def doctor() -> None:
    """Check this machine; exit with 1 when something has to be mended."""
    from regnb.lab.preflight import BAD, Preflight  # noqa: PLC0415 - loads docker

    healthy = True
    for finding in Preflight(translator()).findings():
        mark, colour = MARKS[finding.level]
        name = f"{finding.check} ({finding.state})"
        said = text("cli.subject", name=name, said=finding.finding)
        # What is filled into a text has no colours: they would be written out.
        said = said.replace(name, click.style(name, bold=True), 1)
        click.echo(f"{click.style(mark, fg=colour)} {said}")
        if finding.mend:
            click.echo(f"  → {finding.mend}")
        healthy = healthy and finding.level != BAD
    click.echo(text("doctor.all_good" if healthy else "doctor.something_bad"))
    raise SystemExit(0 if healthy else 1)


@click.command(help=text("clean.help"))
@click.option("--yes", "-y", is_flag=True, help=text("clean.yes_help"))
@click.option("--all", "everybody", is_flag=True, help=text("clean.all_help"))
def clean(yes: bool, everybody: bool) -> None:
    """List what is left, ask, and remove it."""
    from regnb.engine import find_engine  # noqa: PLC0415 - loads docker
    from regnb.lab.cleanup import leftovers, remembered  # noqa: PLC0415

    with failures(), find_engine() as engine:
        found = [*leftovers(engine, everybody=everybody), *remembered()]
        if not found:
            click.echo(text("clean.nothing"))
        elif not (yes or _agreed(found)):
            click.echo(text("clean.kept"))
        else:
            for leftover in found:
                click.echo(text(_outcome(engine, leftover), what=_name(leftover)))


def _outcome(engine: Engine, leftover: Leftover) -> str:
    from regnb.lab.cleanup import remove  # noqa: PLC0415 - loads docker

    try:
        remove(engine, leftover)
    except EngineUnavailable:
        raise
    except EngineError:  # a container that is not the lab's uses the image
        return "clean.in_use"
    return "clean.removed"


def _agreed(found: list[Leftover]) -> bool:
    click.echo(text("clean.found"))
    for leftover in found:
        click.echo(f"  {_name(leftover)}")
    return click.confirm(text("clean.ask"))


def _name(leftover: Leftover) -> str:
    return text(f"clean.{leftover.kind}", name=leftover.name)


@click.command(help=text("folder.help"))
def folder() -> None:
    """Print the folder of this learner's lab."""
    # A light command line starts fast.
    from regnb.lab.ownership import own_folder  # noqa: PLC0415

    click.echo(own_folder().path)
