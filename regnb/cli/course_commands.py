"""`regnb lab` and `regnb run`: the chapters in JupyterLab, or run to check a room."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import click

from regnb.cli.texts import Failure, failures, text, translator
from regnb.i18n import LANGUAGES

if TYPE_CHECKING:
    from regnb.authoring.execution import Rehearsal

DEFAULT_PORT = 8888


@click.command("lab", help=text("open.help"))
@click.option("--language", type=click.Choice(LANGUAGES), help=text("open.language_help"))
@click.option("--browser/--no-browser", default=True, help=text("open.browser_help"))
@click.option("--port", type=int, default=DEFAULT_PORT, help=text("open.port_help"))
@click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    help=text("open.directory_help"),
)
@click.argument(
    "jupyter_options",
    nargs=-1,
    type=click.UNPROCESSED,
    metavar=f"[{text('cli.values.jupyter')}]...",
)
def lab(
    language: str | None,
    browser: bool,
    port: int,
    directory: Path | None,
    jupyter_options: tuple[str, ...],
) -> None:
    """Open JupyterLab; options after `--` are Jupyter's own."""
    course = find_course(directory)
    if course is None:
        raise Failure(text("open.no_notebooks"))
    language = language or translator().language
    click.echo(text("open.opening", directory=course))
    options = [*jupyter_arguments(course, language, port), *jupyter_options]
    if not browser:
        options.append("--no-browser")
    words = [sys.executable, "-m", "jupyterlab", *options]
    try:
        code = subprocess.run(words, env=jupyter_environment(language), check=False).returncode
    except KeyboardInterrupt:
        code = 0
    raise SystemExit(code)


def find_course(directory: Path | None) -> Path | None:
    """Folder that holds `notebooks/`: `directory`, else here, above, or where regnb lies."""
    package = Path(str(resources.files("regnb")))
    here = Path.cwd()
    candidates = [directory] if directory else [here, *here.parents, package.parent]
    for candidate in candidates:
        if (candidate / "notebooks" / LANGUAGES[0]).is_dir():
            return candidate.resolve()
    return None


def jupyter_arguments(course: Path, language: str, port: int) -> list[str]:
    """Arguments of JupyterLab: the first chapter opens, also for root, as in a container."""
    chapters = sorted((course / "notebooks" / language).glob("*.ipynb"))
    first = chapters[0].relative_to(course).as_posix() if chapters else "notebooks"
    arguments = [
        f"--ServerApp.root_dir={course}",
        f"--ServerApp.port={port}",
        f"--LabApp.default_url=/lab/tree/{first}",
    ]
    is_root = getattr(os, "geteuid", lambda: 1)() == 0
    return [*arguments, "--allow-root"] if is_root else arguments


def jupyter_environment(
    language: str, environment: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Environment in which JupyterLab speaks `language` and asks no question at its start.

    The settings are files of the package, found by JUPYTER_CONFIG_PATH; the learner's own win.
    """
    settings = Path(str(resources.files("regnb") / "jupyter" / language))
    paths = [str(settings), environment.get("JUPYTER_CONFIG_PATH", "")]
    return {
        **environment,
        "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, paths)),
        "REGNB_LANGUAGE": language,
    }


SHOWN_LINES = 5  # of the cell that failed


@click.command("run", help=text("run.help"))
@click.option(
    "--language",
    "languages",
    type=click.Choice(LANGUAGES),
    multiple=True,
    help=text("run.language_help"),
)
@click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    help=text("open.directory_help"),
)
@click.argument("chapters", nargs=-1, metavar=f"[{text('cli.values.chapter')}]...")
def run(languages: tuple[str, ...], directory: Path | None, chapters: tuple[str, ...]) -> None:
    """Run `chapters`, or all of them; exit with 1 when a cell fails."""
    from regnb.authoring.execution import notebooks_of  # noqa: PLC0415 - loads nbclient

    course = find_course(directory)
    if course is None:
        raise Failure(text("open.no_notebooks"))
    with failures():
        paths = list(notebooks_of(course, languages or (translator().language,), chapters))
        with _lab_of_its_own():
            done = [_rehearsed(path) for path in paths]
    failed = [rehearsal for rehearsal in done if rehearsal.failure]
    click.echo(text("run.failed" if failed else "run.good", count=len(failed or done)))
    raise SystemExit(1 if failed else 0)


@contextmanager
def _lab_of_its_own() -> Iterator[None]:
    """A lab that is not the learner's, on the engine that theirs would use; nothing of it stays."""
    from regnb.engine import find_engine  # noqa: PLC0415 - loads docker
    from regnb.lab.cleanup import leftovers, remove  # noqa: PLC0415
    from regnb.lab.lab import opening  # noqa: PLC0415
    from regnb.lab.ownership import VARIABLE  # noqa: PLC0415

    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = f"run-{os.getpid()}"
    try:
        with find_engine() as engine:
            click.echo(opening(engine, translator()))
            try:
                yield
            finally:
                for leftover in list(leftovers(engine)):
                    remove(engine, leftover)
    finally:
        os.environ.pop(VARIABLE)
        if before is not None:
            os.environ[VARIABLE] = before


def _rehearsed(path: Path) -> Rehearsal:
    from regnb.authoring.execution import rehearse  # noqa: PLC0415 - loads nbclient

    label = f"{path.stem} [{path.parent.name}]"
    with click.progressbar(length=1, label=label, file=sys.stderr, width=24) as bar:

        def on_cell(number: int, total: int) -> None:
            bar.length = total
            bar.update(number - 1 - bar.pos)

        rehearsal = rehearse(path, on_cell)
        bar.update((bar.length or 0) - bar.pos if not rehearsal.failure else 0)
    _report(rehearsal)
    return rehearsal


def _report(rehearsal: Rehearsal) -> None:
    if rehearsal.failure is None:
        seconds = round(rehearsal.seconds)
        told = text("run.went_well", seconds=seconds, count=rehearsal.cells)
        said = text("cli.subject", name=rehearsal.name, said=told)
        click.echo(f"{click.style('✓', fg='green')} {said}")
        return
    failure = rehearsal.failure
    told = text("run.cell_failed", cell=failure.cell, number=rehearsal.cells)
    said = text("cli.subject", name=rehearsal.name, said=told)
    click.echo(f"{click.style('✗', fg='red')} {said}")
    for line in failure.source.splitlines()[:SHOWN_LINES]:
        click.echo(f"    {line}")
    click.echo(f"  {rehearsal.cause}")
    click.echo(f"  → {rehearsal.mend or text('run.no_mend')}")
