"""What runs inside the namespaces: the Hub, the engine, and then the command."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

from tests.realparts import hub, room
from tests.realparts.dockerd import Daemon, direct_environment, dockerd
from tests.realparts.podman import podman
from tests.realparts.recipes import recipes

HUBS = ("full", "samples", "empty", "limited", "room")
ENGINES = ("docker", "podman")
STORES = ("classic", "containerd")
# What engines keep or share on a machine, outside their folder.
HIDDEN = ("/etc/docker", "/var/lib/cni", "/var/lib/containers")
_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Exit code of the command, after everything was stopped."""
    arguments = _parse()
    for number in _SIGNALS:
        signal.signal(number, _leave)
    # The terminal sends ^C to the command as well: it decides, and what it leaves is stopped here.
    signal.signal(signal.SIGINT, _do_nothing)
    _enter_namespaces(arguments.folder)
    with ExitStack() as stack:
        environment = _start(arguments, stack)
        return subprocess.run(arguments.command, env=environment, check=False).returncode


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--hub", choices=HUBS, required=True)
    parser.add_argument("--engine", choices=ENGINES, required=True)
    parser.add_argument("--store", choices=STORES, required=True)
    parser.add_argument("command", nargs="+")
    return parser.parse_args()


def _start(arguments: argparse.Namespace, stack: ExitStack) -> dict[str, str]:
    """Start Hub and engine; gives the environment for the command."""
    folder: Path = arguments.folder
    kind = arguments.hub
    certificate = hub.make_certificate(folder / "tls")
    mirror = stack.enter_context(
        room.serving(folder) if kind == "room" else hub.registry(folder, name="mirror")
    )
    servers = [mirror]
    if kind == "limited":
        stack.enter_context(hub.limited_hub(certificate))
    else:
        servers.append(stack.enter_context(hub.registry(folder, name="hub", tls=certificate)))
    if kind in {"full", "samples"}:
        for recipe in recipes(folder / "packages"):
            hub.upload(recipe, mirror)
    if kind == "samples":
        for repository in ("library/nginx", "library/alpine"):
            hub.upload_sample(repository, mirror)
    trusted = certificate.authority
    if arguments.engine == "podman":
        engine = podman(folder, authority=trusted, mirror=mirror.address)
    else:
        engine = dockerd(folder, authority=trusted, mirror=mirror.address, store=arguments.store)
    daemon = stack.enter_context(engine)
    return _environment(folder, servers, daemon)


def _environment(folder: Path, servers: list[hub.Server], daemon: Daemon) -> dict[str, str]:
    hidden = {"CONTAINER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"}
    hidden |= {"REGNB_ENGINE", "XDG_RUNTIME_DIR"}
    kept = {key: value for key, value in direct_environment().items() if key not in hidden}
    return kept | {
        "DOCKER_HOST": daemon.endpoint,
        "DOCKER_CONFIG": str(folder / "config"),
        "REGNB_REALPARTS": str(folder),
        "REGNB_MIRROR": servers[0].address,
        "REGNB_MIRROR_PIDS": " ".join(str(server.running.process.pid) for server in servers),
        "REGNB_ENGINE_PID": str(daemon.running.process.pid),
    }


def _enter_namespaces(folder: Path) -> None:
    """Make loopback work, give Docker Hub's names to it, and hide what engines share on a machine.

    dockerd keeps a key in /etc/docker, sockets in /run, and uses a containerd that it finds there;
    Podman keeps its locks in /dev/shm.
    """
    hosts = folder / "hosts"
    here = Path("/etc/hosts").read_text("utf-8")
    hosts.write_text(f"{here}\n127.0.0.1 {' '.join(hub.HUB_NAMES)}\n")
    commands = [
        ["ip", "link", "set", "lo", "up"],
        ["mount", "--bind", str(hosts), "/etc/hosts"],
        *(["mount", "-t", "tmpfs", "tmpfs", path] for path in ("/run", "/dev/shm", *HIDDEN)),
    ]
    for command in commands:
        subprocess.run(command, check=True)


def _leave(number: int, _: object) -> NoReturn:
    raise SystemExit(128 + number)


def _do_nothing(*_: object) -> None:
    pass


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
