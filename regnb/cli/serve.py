"""`regnb serve`, `regnb collect-garbage` and `regnb scrub`: the embedded registry."""

from __future__ import annotations

import errno
import os
import re
import socket
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from regnb.cli.texts import Failure, failures, text, translator
from regnb.errors import AddressUnusable, PortTaken

if TYPE_CHECKING:
    from regnb.server.configuration import Config
    from regnb.server.directory_storage import DirectoryStorage

_WHY = {
    errno.EADDRNOTAVAIL: "elsewhere",
    errno.EACCES: "privileged",
    socket.EAI_NONAME: "unknown",
    socket.EAI_AGAIN: "unknown",
}
_CONFIG = click.option(
    "--config", "path", type=click.Path(dir_okay=False), help=text("serve.config")
)
_STORAGE = click.option("--storage", type=click.Path(file_okay=False), help=text("collect.storage"))


@click.command(help=text("serve.help"))
@_CONFIG
@click.option("--storage", type=click.Path(file_okay=False), help=text("serve.storage"))
@click.option("--address", help=text("serve.address"))
@click.option("--delete", is_flag=True, help=text("serve.delete"))
@click.option("--open-to-network", is_flag=True, help=text("serve.open_to_network"))
def serve(
    path: str | None, storage: str | None, address: str | None, delete: bool, open_to_network: bool
) -> None:
    """Run a registry until it is told to stop."""
    from regnb.embedded.containers.registry_program import upstream_of  # noqa: PLC0415
    from regnb.server.runner import run  # noqa: PLC0415 - other commands need no server

    with failures():
        config = _config_of(path, storage)
        config = replace(
            config,
            address=address or config.address,
            delete_enabled=delete or config.delete_enabled,
            open_to_network=open_to_network,
        )
        try:
            run(config, upstream=upstream_of(config))
        except OSError as error:
            raise told_of_address(error, config) from error


@click.command(help=text("collect.help"))
@_CONFIG
@_STORAGE
@click.option("--dry-run", is_flag=True, help=text("collect.dry_run"))
@click.option("--delete-untagged", is_flag=True, help=text("collect.delete_untagged"))
@click.option(
    "--lease-seconds", type=float, default=3600, show_default=True, help=text("collect.lease")
)
def collect_garbage(
    path: str | None,
    storage: str | None,
    dry_run: bool,
    delete_untagged: bool,
    lease_seconds: float,
) -> None:
    """Remove what nothing uses."""
    from regnb.server import maintenance  # noqa: PLC0415

    count = size = 0
    rules = maintenance.Rules(
        dry_run=dry_run, delete_untagged=delete_untagged, lease_seconds=lease_seconds
    )
    with failures():
        for item in maintenance.collect_garbage(_directory_of(path, storage), rules):
            said = f"{item.kind} {item.digest}"
            click.echo(text("cli.subject", name=item.repository, said=said))
            count, size = count + 1, size + item.size
    key = "collect.would_free" if dry_run else "collect.freed"
    click.echo(text(key, count=count, size=translator().size(size)))


@click.command(help=text("scrub.help"))
@_CONFIG
@_STORAGE
def scrub(path: str | None, storage: str | None) -> None:
    """Hash everything again; exit with 1 when something is wrong."""
    from regnb.server.maintenance import scrub as find_damages  # noqa: PLC0415

    with failures():
        damages = list(find_damages(_directory_of(path, storage)))
    for damage in damages:
        click.echo(text(f"scrub.{damage.kind}", name=damage.repository, subject=damage.subject))
    if damages:
        raise Failure(text("scrub.damaged"))
    click.echo(text("scrub.good"))


def _config_of(path: str | None, storage: str | None) -> Config:
    from regnb.server.configuration import Config  # noqa: PLC0415

    path = path or os.environ.get("REGISTRY_CONFIGURATION_PATH")
    if path or any(name.startswith("REGISTRY_") for name in os.environ):
        from regnb.server.config_file import load_config  # noqa: PLC0415 - YAML is slow to load

        config = load_config(path)
    else:
        config = Config()
    return replace(config, storage_directory=storage) if storage else config


def _directory_of(path: str | None, storage: str | None) -> DirectoryStorage:
    from regnb.server.directory_storage import DirectoryStorage  # noqa: PLC0415

    directory = _config_of(path, storage).storage_directory
    if not directory:
        raise click.UsageError(text("serve.no_storage"))
    if not Path(directory, "repositories").is_dir():  # which the registry makes when it starts
        raise Failure(text("serve.not_a_storage", folder=directory))
    return DirectoryStorage(directory)


def told_of_address(error: OSError, config: Config) -> Exception:
    """The error for an address that could not be listened on."""
    number = error.errno or _number_in(str(error))
    if number == errno.EADDRINUSE or "in use" in str(error):
        return PortTaken(str(error), subject=str(config.port))
    if number in _WHY:
        return AddressUnusable(config.address, _WHY[number], str(error))
    return Failure(str(error))


def _number_in(message: str) -> int:
    """The number of the error of the system that cheroot only quotes."""
    found = re.search(r"\[Errno (-?\d+)\]", message)
    return int(found[1]) if found else 0
