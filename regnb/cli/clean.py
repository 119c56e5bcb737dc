"""`regnb clean`: remove what earlier labs left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from regnb.cli.texts import Failure, text, translator

if TYPE_CHECKING:
    from regnb.lab.leftovers import Leftover


@click.command(help=text("clean.help"))
@click.option("--yes", "-y", is_flag=True, help=text("clean.yes_help"))
@click.option("--all", "everybody", is_flag=True, help=text("clean.all_help"))
def clean(yes: bool, everybody: bool) -> None:
    """List what is left, ask, and remove it."""
    from regnb.engine import find_engine  # noqa: PLC0415 - loads docker
    from regnb.errors import RegnbError  # noqa: PLC0415
    from regnb.lab.leftovers import leftovers, remove  # noqa: PLC0415

    try:
        with find_engine() as engine:
            found = list(leftovers(engine, everybody=everybody))
            if not found:
                click.echo(text("clean.nothing"))
                return
            if not (yes or _agreed(found)):
                click.echo(text("clean.kept"))
                return
            for leftover in found:
                remove(engine, leftover)
                click.echo(text("clean.removed", what=_name(leftover)))
    except RegnbError as error:
        raise Failure(str(translator().tell(error))) from error


def _agreed(found: list[Leftover]) -> bool:
    click.echo(text("clean.found"))
    for leftover in found:
        click.echo(f"  {_name(leftover)}")
    return click.confirm(text("clean.ask"))


def _name(leftover: Leftover) -> str:
    return text(f"clean.{leftover.kind}", name=leftover.name)
