"""The command line: one module per group of commands."""

from __future__ import annotations

import click

import regnb
from regnb.cli.course_commands import lab, run
from regnb.cli.docker_hub import hub
from regnb.cli.embedded_engine import engine
from regnb.cli.ls import ls
from regnb.cli.machine import clean, doctor, folder
from regnb.cli.notebooks import notebooks
from regnb.cli.serve import collect_garbage, scrub, serve
from regnb.cli.texts import name_values, text, translator


@click.group(help=text("cli.help"), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(regnb.__version__, prog_name="regnb")
def main() -> None:
    """Enter the command line."""


for command in (
    lab,
    run,
    ls,
    doctor,
    clean,
    folder,
    engine,
    hub,
    notebooks,
    serve,
    collect_garbage,
    scrub,
):
    main.add_command(command)

name_values(main, translator())
