"""Podman's Docker API, with everything it keeps in one folder."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.realparts.dockerd import START_TIMEOUT, Daemon, answers, direct_environment
from tests.realparts.processes import running

SYSTEM_SOCKET = Path("/run/podman/podman.sock")
SETTINGS = Path("/etc/containers")
# Where Podman 4 and later look for it; Podman 5 has nothing else.
_NETAVARK = Path("/usr/lib/podman/netavark")
_POLICY = json.dumps({"default": [{"type": "insecureAcceptAnything"}]})
_STORAGE = """
[storage]
driver = "overlay"
graphroot = "{folder}/podman"
runroot = "{folder}/podman-run"
"""
# Podman takes its own limits for granted; a machine may allow less.
_CONTAINERS = """
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]

[network]
network_backend = "{network}"

[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
"""
_REGISTRIES = """
[[registry]]
location = "docker.io"

[[registry.mirror]]
location = "{mirror}"
insecure = true
"""
# What regnb tells those to write who use Podman: it wants TLS of a registry on loopback too.
_LOOPBACK = """
[[registry]]
location = "localhost"
insecure = true
"""


@contextmanager
def podman(folder: Path, *, authority: Path, mirror: str) -> Iterator[Daemon]:
    """Podman's service, which pulls through `mirror` (host and port) and trusts `authority`."""
    _settle(folder, mirror)
    endpoint = f"unix://{folder}/podman.sock"
    SYSTEM_SOCKET.parent.mkdir()
    SYSTEM_SOCKET.symlink_to(f"{folder}/podman.sock")
    command = ["podman", "system", "service", "--time=0", endpoint]
    environment = direct_environment() | {"SSL_CERT_FILE": str(authority)}
    with running(command, log=folder / "podman.log", environment=environment) as process:
        process.wait_for(lambda: answers(endpoint), seconds=START_TIMEOUT)
        yield Daemon(endpoint, process)


def _settle(folder: Path, mirror: str) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", SETTINGS], check=True)
    drop_ins = SETTINGS / "registries.conf.d"
    drop_ins.mkdir()
    (SETTINGS / "policy.json").write_text(_POLICY)
    (SETTINGS / "storage.conf").write_text(_STORAGE.format(folder=folder))
    (SETTINGS / "containers.conf").write_text(_CONTAINERS.format(network=_network()))
    (SETTINGS / "registries.conf").write_text(_REGISTRIES.format(mirror=mirror))
    (drop_ins / "localhost.conf").write_text(_LOOPBACK)


def _network() -> str:
    return "netavark" if _NETAVARK.exists() else "cni"
