"""`regnb folder`: where the lab keeps its certificates and passwords."""

from __future__ import annotations

import click

from regnb.cli.texts import text


@click.command(help=text("folder.help"))
def folder() -> None:
    """Print the folder of this learner's lab."""
    # A light command line starts fast.
    from regnb.lab.ownership import folder_of, lab_id, record_of  # noqa: PLC0415

    click.echo(folder_of(record_of(lab_id())).path)
