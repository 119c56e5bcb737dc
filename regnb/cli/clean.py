"""`regnb clean`: remove what earlier labs left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from regnb.cli.texts import Failure, text

if TYPE_CHECKING:
    from regnb.engine import Engine
    from regnb.lab.cleanup import Leftover


@click.command(help=text("clean.help"))
@click.option("--yes", "-y", is_flag=True, help=text("clean.yes_help"))
@click.option("--all", "everybody", is_flag=True, help=text("clean.all_help"))
def clean(yes: bool, everybody: bool) -> None:
    """List what is left, ask, and remove it."""
    from regnb.engine import find_engine  # noqa: PLC0415 - loads docker
    from regnb.errors import RegnbError  # noqa: PLC0415
    from regnb.lab.cleanup import leftovers, remembered  # noqa: PLC0415

    try:
        with find_engine() as engine:
            found = [*leftovers(engine, everybody=everybody), *remembered()]
            if not found:
                click.echo(text("clean.nothing"))
                return
            if not (yes or _agreed(found)):
                click.echo(text("clean.kept"))
                return
            for leftover in found:
                click.echo(text(_outcome(engine, leftover), what=_name(leftover)))
    except RegnbError as error:
        raise Failure.of(error) from error


def _outcome(engine: Engine, leftover: Leftover) -> str:
    from regnb.errors import EngineError, EngineUnavailable  # noqa: PLC0415
    from regnb.lab.cleanup import remove  # noqa: PLC0415

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
