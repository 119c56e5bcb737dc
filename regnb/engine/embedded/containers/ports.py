"""Published ports: which address of the machine leads to which port of a container."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

from regnb.engine.embedded.containers.model import Binding
from regnb.engine.embedded.refusal import Refusal, bad_request


def requested_bindings(config: dict[str, Any], host_config: dict[str, Any]) -> Iterator[Binding]:
    """Bindings that a request asks for: an empty host is the default one, port 0 any free one."""
    wanted = host_config.get("PortBindings") or {}
    for container_port, places in wanted.items():
        for place in places or [{}]:
            host, port = str(place.get("HostIp") or ""), str(place.get("HostPort") or "0")
            if not port.isdecimal() or int(port) > 65535:
                raise bad_request(f'invalid port specification: "{port}"')
            yield Binding(container_port, host, int(port))
    if host_config.get("PublishAllPorts"):
        for container_port in config.get("ExposedPorts") or {}:
            if container_port not in wanted:
                yield Binding(container_port, "", 0)


def allocate(
    wanted: Iterable[Binding], taken: set[tuple[str, int]], default_host: str
) -> list[Binding]:
    """Bindings with their host and port settled; raises Refusal (500) when one is not free.

    `taken` are the addresses of this engine's other containers.
    """
    found = []
    for binding in wanted:
        host = binding.host or default_host
        if (host, binding.port) in taken:
            raise Refusal(500, f"Bind for {host}:{binding.port} failed: port is already allocated")
        found.append(Binding(binding.container_port, host, free_port(host, binding.port)))
    return found


def free_port(host: str, port: int = 0) -> int:
    """`port` if it is free at `host`, any free one for 0; raises Refusal (500)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refusal(500, _why_not(host, port, error)) from error
        return int(probe.getsockname()[1])


def _why_not(host: str, port: int, error: OSError) -> str:
    reasons = {
        errno.EADDRINUSE: "address already in use",
        errno.EACCES: "permission denied",
        errno.EADDRNOTAVAIL: "cannot assign requested address",
    }
    reason = reasons.get(error.errno or 0, str(error))
    return f"Error starting userland proxy: listen tcp4 {host}:{port}: bind: {reason}"
