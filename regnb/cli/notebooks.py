"""`regnb notebooks`: build the notebooks from their sources, and check them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Self

import click

from regnb.cli.texts import Failure, failures, text

if TYPE_CHECKING:
    from regnb.authoring.builder import RunningCell

DIRECTORY = click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path("notebooks"),
    help=text("notebooks.directory_help"),
)


@click.group("notebooks", help=text("notebooks.help"))
def notebooks() -> None:
    """Group the commands of authors."""


@notebooks.command(help=text("notebooks.build_help"))
@click.option("--execute/--no-execute", default=True, help=text("notebooks.execute_help"))
@DIRECTORY
@click.argument("chapters", nargs=-1, metavar=f"[{text('cli.values.chapter')}]...")
def build(execute: bool, directory: Path, chapters: tuple[str, ...]) -> None:
    """Build the notebooks of `chapters`, or of all."""
    from regnb.authoring.builder import build_chapter  # noqa: PLC0415 - loads nbformat
    from regnb.authoring.notebook_files import source_paths  # noqa: PLC0415
    from regnb.authoring.reference_engine import reference_engine  # noqa: PLC0415

    with failures(), reference_engine():
        for source in source_paths(directory, chapters):
            with BuildLine() as line:
                paths = build_chapter(source, execute=execute, on_step=line.show)
            for path in paths:
                click.echo(text("notebooks.written", path=path))


@notebooks.command(help=text("notebooks.check_help"))
@DIRECTORY
@click.argument("chapters", nargs=-1, metavar=f"[{text('cli.values.chapter')}]...")
def check(directory: Path, chapters: tuple[str, ...]) -> None:
    """Tell every place where the notebooks are not what their sources give."""
    from regnb.authoring import stored_notebooks  # noqa: PLC0415 - loads nbformat
    from regnb.authoring.notebook_files import source_paths  # noqa: PLC0415

    with failures():
        sources = source_paths(directory, chapters)
        found = map(stored_notebooks.problems_of_chapter, sources)
        problems = [problem for problems in found for problem in problems]
        problems += [] if chapters else stored_notebooks.notebooks_without_source(directory)
    if problems:
        raise Failure("\n".join(problems))
    click.echo(text("notebooks.good", count=len(sources)))


class BuildLine:
    """Where a build is: a line that changes in a terminal, a line for each notebook elsewhere."""

    def __init__(self) -> None:
        self._notebook = ""
        self._line = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._wipe()

    def show(self, step: RunningCell) -> None:
        """Say which cell runs now."""
        key = "notebooks.running_solved" if step.solved else "notebooks.running"
        notebook = text(key, chapter=step.slug, language=step.language)
        if sys.stderr.isatty():
            self._wipe()
            self._line = f"{notebook} {step.number}/{step.total} {step.cell}"
            click.echo(self._line, nl=False, err=True)
        elif notebook != self._notebook:
            click.echo(notebook, err=True)
        self._notebook = notebook

    def _wipe(self) -> None:
        if self._line:
            click.echo("\r" + " " * len(self._line) + "\r", nl=False, err=True)
            self._line = ""
