"""`regnb engine`: the embedded engine, for machines without Docker."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from regnb.cli.texts import Failure, failures, text

if TYPE_CHECKING:
    from regnb.embedded.background import Place

_SOCKET = click.option(
    "--socket", type=click.Path(path_type=Path, dir_okay=False), help=text("embedded.socket_help")
)
_HOME = click.option(
    "--home", type=click.Path(path_type=Path, file_okay=False), help=text("embedded.home_help")
)


@click.group(help=text("embedded.help"))
def engine() -> None:
    """Gather the commands of the engine."""
    from regnb.embedded.home import require_unix  # noqa: PLC0415

    with failures():
        require_unix()


@engine.command(help=text("embedded.start_help"))
@_SOCKET
@_HOME
def start(socket: Path | None, home: Path | None) -> None:
    """Start it in the background."""
    from regnb.embedded import background  # noqa: PLC0415 - not on Windows

    place = _place(socket, home)
    with failures():
        started = background.start(place)
    click.echo(text("embedded.started" if started else "embedded.ran_already"))
    click.echo(text("embedded.export", endpoint=place.endpoint))


@engine.command(help=text("embedded.stop_help"))
@_SOCKET
@_HOME
def stop(socket: Path | None, home: Path | None) -> None:
    """Stop it and its containers."""
    from regnb.embedded import background  # noqa: PLC0415

    stopped = background.stop(_place(socket, home))
    click.echo(text("embedded.stopped" if stopped else "embedded.silent"))


@engine.command(help=text("embedded.status_help"))
@_SOCKET
@_HOME
def status(socket: Path | None, home: Path | None) -> None:
    """Tell whether it runs; the exit code is 1 when it does not."""
    from regnb.embedded import background  # noqa: PLC0415

    found = background.status(_place(socket, home))
    if found is None:
        raise Failure(text("embedded.silent"))
    click.echo(text("embedded.runs", endpoint=found.endpoint, pid=found.pid))
    click.echo(text("embedded.images", count=found.images))
    click.echo(text("embedded.containers", count=found.containers))


@engine.command(help=text("embedded.endpoint_help"))
@_SOCKET
@click.option("--second", is_flag=True, help=text("second.option_help"))
def endpoint(socket: Path | None, second: bool) -> None:
    """Print where it listens, for scripts."""
    click.echo(_second_endpoint() if second else _place(socket, None).endpoint)


@engine.command(help=text("embedded.run_help"))
@_SOCKET
@_HOME
def run(socket: Path | None, home: Path | None) -> None:
    """Serve in the foreground until Ctrl-C."""
    from regnb.embedded import daemon  # noqa: PLC0415

    place = _place(socket, home)
    click.echo(text("embedded.export", endpoint=place.endpoint))
    with failures():
        daemon.run(place.home, place.socket, hub=place.hub)


def _second_endpoint() -> str:
    from regnb.lab.ownership import own_folder  # noqa: PLC0415
    from regnb.lab.second import second_in  # noqa: PLC0415

    return second_in(own_folder()).endpoint


def _place(socket: Path | None, home: Path | None) -> Place:
    from regnb.embedded.background import Place  # noqa: PLC0415
    from regnb.embedded.home import LONGEST_SOCKET_PATH, Home, short_enough  # noqa: PLC0415

    usual = Place.default()
    path = socket.absolute() if socket else usual.socket
    if path != short_enough(path):
        raise Failure(text("embedded.long_socket", path=path, most=LONGEST_SOCKET_PATH))
    return Place(
        path,
        Home(home.absolute()) if home else usual.home,
        usual.hub,
    )
