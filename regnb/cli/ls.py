"""`regnb ls`: every tag of a registry."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from regnb.cli.texts import Failure, failures, text, translator
from regnb.errors.printable import printable

if TYPE_CHECKING:
    import pandas as pd

    from regnb.registry import RegistryClient

PASSWORD = "REGNB_PASSWORD"  # noqa: S105 - the name of a variable
SHOWN = ("repository", "tag", "digest", "platforms", "created", "size_bytes", "unique_bytes")


@click.command("ls", help=text("ls.help"))
@click.argument("url")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help=text("ls.format"),
)
@click.option("--repository", "repositories", multiple=True, help=text("ls.repository"))
@click.option(
    "--connections",
    type=click.IntRange(1, 64),
    default=8,
    show_default=True,
    help=text("ls.connections"),
)
@click.option("--max-age", type=float, default=0, show_default=True, help=text("ls.max_age"))
@click.option("--no-cache", is_flag=True, help=text("ls.no_cache"))
@click.option("--user", help=text("ls.user", variable=PASSWORD))
@click.option("--ca-file", type=click.Path(exists=True, dir_okay=False), help=text("ls.ca_file"))
def ls(  # noqa: PLR0913 - click passes each option
    url: str,
    form: str,
    *,
    repositories: tuple[str, ...],
    connections: int,
    max_age: float,
    no_cache: bool,
    user: str | None,
    ca_file: str | None,
) -> None:
    """Print every tag; exit with 1 when a part could not be read."""
    from regnb.inventory import default_path, inventory  # noqa: PLC0415 - loads pandas
    from regnb.widgets.count import CountBar  # noqa: PLC0415

    speaker = translator()
    try:
        with (
            failures(),
            client_of(url, user, ca_file) as client,
            CountBar(speaker, "inventory.progress") as bar,
        ):
            frame = inventory(
                client,
                tell=lambda error: speaker.tell(error).text,
                repositories=repositories or None,
                cache=None if no_cache else default_path(),
                connections=connections,
                max_age=max_age,
                on_count=bar,
            )
    except KeyboardInterrupt as error:
        raise Failure(text("ls.stopped")) from error
    _print(_printable(frame), form)
    problems = frame[frame.problem != ""]
    for row in problems.itertuples():
        name = _name(str(row.repository), str(row.tag))
        click.echo(text("cli.subject", name=name, said=row.problem), err=True)
    raise SystemExit(1 if len(problems) else 0)


def client_of(url: str, user: str | None, ca_file: str | None) -> RegistryClient:
    """The registry at `url`: without a scheme, HTTP on this machine, HTTPS anywhere else."""
    from regnb.outgoing import is_loopback  # noqa: PLC0415
    from regnb.registry import Credentials, RegistryClient, UrllibTransport  # noqa: PLC0415

    credentials = None
    if user:
        password = os.environ.get(PASSWORD) or click.prompt(text("ls.password"), hide_input=True)
        credentials = Credentials(user, password)
    if "://" not in url:
        url = f"{'http' if is_loopback(url.partition('/')[0]) else 'https'}://{url}"
    return RegistryClient(url, transport=UrllibTransport(ca_file=ca_file), credentials=credentials)


def _printable(frame: pd.DataFrame) -> pd.DataFrame:
    texts = {name: frame[name].map(printable) for name in ("repository", "tag", "media_type")}
    platforms = frame.platforms.map(lambda names: tuple(map(printable, names)))
    return frame.assign(**texts, platforms=platforms)


def _print(frame: pd.DataFrame, form: str) -> None:
    if form == "csv":
        click.echo(frame.to_csv(index=False), nl=False)
    elif form == "json":
        click.echo(frame.to_json(orient="records", date_format="iso", indent=1))
    else:
        click.echo("\n".join(_lines(frame)))


def _lines(frame: pd.DataFrame) -> list[str]:
    from regnb.tables.table import format_cell  # noqa: PLC0415 - loads pandas

    speaker = translator()
    rows = [[speaker(f"columns.{name}") for name in SHOWN]]
    for values in frame[list(SHOWN)].itertuples(index=False):
        cells = zip(SHOWN, values, strict=True)
        rows.append([format_cell(speaker, name, value) for name, value in cells])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _name(repository: str, tag: str) -> str:
    return f"{repository}:{tag}" if tag else repository or "_catalog"
