"""Our own registry as Distribution's program, in the process of a container."""

from __future__ import annotations

import socket
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import regnb
from regnb.embedded.containers import STOPPED
from regnb.errors import InvalidAddress, InvalidConfiguration
from regnb.server.config_file import load_config
from regnb.server.configuration import Config
from regnb.server.directory_storage import DirectoryStorage
from regnb.server.maintenance import Rules, collect_garbage
from regnb.server.runner import run

if TYPE_CHECKING:
    from regnb.registry import RegistryClient

_UPSTREAM_SECONDS = 30.0


def run_program(words: list[str], listening: Sequence[socket.socket] = ()) -> int:
    """Run a command of Distribution's, `serve` or `garbage-collect`; gives its exit code.

    `listening` are the sockets to serve at, which are bound already.
    """
    word, *arguments = words
    paths = [text for text in arguments if not text.startswith("-")]
    flags = {text.lstrip("-") for text in arguments if text.startswith("-")}
    command = _COMMANDS.get(word)
    if command is None:
        return _failed(f"unknown command {word}")
    try:
        # The engine chose the address: loopback, unless the user named another one.
        config = replace(load_config(paths[0] if paths else None), open_to_network=True)
        return command(config, flags, listening)
    except (InvalidConfiguration, OSError) as error:
        return _failed(f"configuration error: {error}")


def _serve(config: Config, _flags: set[str], listening: Sequence[socket.socket]) -> int:
    run(config, upstream=upstream_of(config), stopped=STOPPED, listening=listening)


def upstream_of(config: Config) -> RegistryClient | None:
    """Who asks the registry that the one of `config` caches; raises InvalidConfiguration."""
    told = config.upstream
    if told is None:
        return None
    from regnb.registry import Credentials, RegistryClient  # noqa: PLC0415 - few registries cache

    credentials = Credentials(told.username, told.password) if told.username else None
    try:
        return RegistryClient(told.url, credentials=credentials, timeout=_UPSTREAM_SECONDS)
    except InvalidAddress as error:
        raise InvalidConfiguration("proxy.remoteurl", str(error)) from error


def _collect_garbage(config: Config, flags: set[str], _: Sequence[socket.socket]) -> int:
    rules = Rules(
        delete_untagged=bool(flags & {"m", "delete-untagged", "delete-untagged=true"}),
        dry_run=bool(flags & {"d", "dry-run"}),
    )
    storage = DirectoryStorage(Path(config.storage_directory))
    found = list(collect_garbage(storage, rules))
    for garbage in found:
        print(f"{garbage.repository}: {garbage.kind} not used: {garbage.digest}")
    names = Counter(garbage.digest for garbage in found)
    for digest, count in names.items():
        # A repository may lose a blob that others keep: it is gone with its last file.
        if len(list(storage.holders_of(digest))) == (count if rules.dry_run else 0):
            print(f"blob eligible for deletion: {digest}")
    return 0


def _tell_version(_config: Config, _flags: set[str], _: Sequence[socket.socket]) -> int:
    print(f"registry regnb {regnb.__version__}")
    return 0


_COMMANDS: dict[str, Callable[[Config, set[str], Sequence[socket.socket]], int]] = {
    "serve": _serve,
    "garbage-collect": _collect_garbage,
    "--version": _tell_version,
}


def _failed(message: str) -> int:
    print(message, file=sys.stderr)
    return 1
