"""What a container is asked to run, and the registry process that it becomes.

The process sees the folders of this machine, so every path of the container is put into the words
of the machine: in the environment, and in a configuration file of the user's.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from regnb.embedded.containers.mounts import host_path
from regnb.embedded.containers.record import ContainerRecord, Mount
from regnb.embedded.containers.runtime import Launch
from regnb.embedded.refusal import not_here
from regnb.outgoing import VARIABLES

_PROGRAMS = frozenset({"registry", "docker-registry"})
# The official image starts by a script that puts `registry` in front of what it knows:
# https://github.com/distribution/distribution-library-image/blob/master/docker-entrypoint.sh
_SCRIPT = "entrypoint.sh"
_WORDS = frozenset({"serve", "garbage-collect", "help"})
STORAGE = "/var/lib/registry"
ADDRESS = "REGISTRY_HTTP_ADDR"
DEBUG_ADDRESS = "REGISTRY_HTTP_DEBUG_ADDR"
_ROOT = "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY"
DEFAULT_PORT = 5000
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "SYSTEMROOT", *VARIABLES)
_DEFAULT_CONFIG = """\
version: 0.1
log:
  fields:
    service: registry
storage:
  cache:
    blobdescriptor: inmemory
  filesystem:
    rootdirectory: {storage}
http:
  addr: :{port}
  headers:
    X-Content-Type-Options: [nosniff]
health:
  storagedriver:
    enabled: true
    interval: 10s
    threshold: 3
"""
_PORT = re.compile(r"^\s+addr:\s*[\"']?[^\s\"']*:(\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class RegistryCommand:
    """A command of Distribution's program: `serve` or another word, and the arguments after it."""

    word: str
    arguments: tuple[str, ...]

    @property
    def config_file(self) -> str:
        """Path of the configuration, in the container; empty when none is named."""
        return next((text for text in self.arguments if not text.startswith("-")), "")


def registry_command(container: ContainerRecord) -> RegistryCommand:
    """The registry command of `container`; raises Refusal (501) when it runs something else."""
    program, *arguments = container.command or [""]
    name = PurePosixPath(program).name
    if name == _SCRIPT and arguments:
        if arguments[0].endswith((".yml", ".yaml")):
            return RegistryCommand("serve", tuple(arguments))
        if PurePosixPath(arguments[0]).name in _PROGRAMS:
            arguments = arguments[1:]
        name = "registry"
    is_known = bool(arguments) and (arguments[0] in _WORDS or arguments[0].startswith("-"))
    if name not in _PROGRAMS or not is_known:
        raise not_here(
            f"running `{' '.join(container.command)}` (image {container.image})",
            "it runs registries only; use Docker for this image.",
        )
    return RegistryCommand(arguments[0], tuple(arguments[1:]))


def container_port(container: ContainerRecord, command: RegistryCommand) -> int:
    """The port that the registry believes to listen on, inside."""
    port = container.environment.get(ADDRESS, "").rpartition(":")[2].rstrip("\"'")
    if port.isdecimal():
        return int(port)
    match = _PORT.search(_own_config(container, command) or "")
    return int(match[1]) if match else DEFAULT_PORT


def launch_of(
    container: ContainerRecord,
    command: RegistryCommand,
    folder: Path,
    sockets: Sequence[socket.socket],
) -> Launch:
    """What to run so that `container` serves at `sockets`, see there; writes into its `folder`."""
    inside = folder / "files"
    host_path(STORAGE, container.mounts, inside).mkdir(parents=True, exist_ok=True)
    config = folder / "config.yml"
    config.write_text(_config(container, command, inside), "utf-8")
    environment = _registry_environment(container, inside)
    for name, one in zip((ADDRESS, DEBUG_ADDRESS), sockets, strict=False):
        environment[name] = _join(*one.getsockname()[:2])
    words = [
        command.word,
        *(str(config) if text == command.config_file else text for text in command.arguments),
    ]
    if command.word == "serve" and not command.config_file:
        words.append(str(config))
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return Launch(words, inherited | environment, sockets)


def _config(container: ContainerRecord, command: RegistryCommand, inside: Path) -> str:
    own = _own_config(container, command)
    if own is None:
        storage = host_path(STORAGE, container.mounts, inside)
        return _DEFAULT_CONFIG.format(storage=storage, port=DEFAULT_PORT)
    storage_mounts = [*container.mounts, Mount(str(inside) + STORAGE, STORAGE)]
    return in_words_of_the_machine(own, storage_mounts)


def _own_config(container: ContainerRecord, command: RegistryCommand) -> str | None:
    """The configuration file that the user mounted, if there is one."""
    if not command.config_file:
        return None
    path = host_path(command.config_file, container.mounts, Path("/nonexistent"))
    return path.read_text("utf-8") if path.is_file() else None


def in_words_of_the_machine(text: str, mounts: Iterable[Mount]) -> str:
    """`text` with the paths below the destinations of `mounts` turned into their sources."""
    for mount in mounts:
        pattern = rf"(?<![\w/.-]){re.escape(mount.destination)}(?=[/\s\"',\]]|$)"
        text = re.sub(pattern, mount.source.replace("\\", r"\\"), text, flags=re.MULTILINE)
    return text


def _registry_environment(container: ContainerRecord, inside: Path) -> dict[str, str]:
    given = container.environment
    found = {
        name: _value(value, container, inside)
        for name, value in given.items()
        if name.startswith(("REGISTRY_", "OTEL_"))
    }
    if given.get("REGISTRY_STORAGE", "filesystem") == "filesystem":
        found.setdefault(_ROOT, str(host_path(STORAGE, container.mounts, inside)))
    return found


def _value(value: str, container: ContainerRecord, inside: Path) -> str:
    if value.startswith("/"):
        return str(host_path(value, container.mounts, inside))
    # A list of paths, such as the authorities of client certificates.
    return in_words_of_the_machine(value, container.mounts) if value.startswith("[") else value


def _join(host: str, port: int) -> str:
    """The address as YAML, to which a bracket is the beginning of a list."""
    return f'"[{host}]:{port}"' if ":" in host else f"{host}:{port}"
