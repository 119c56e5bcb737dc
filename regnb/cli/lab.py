"""`regnb lab`: JupyterLab on the notebooks, in the language of the learner."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import click

from regnb.cli.texts import Failure, text, translator
from regnb.i18n import LANGUAGES

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
