"""Published ports: which address of the machine leads to which port of a container."""

from __future__ import annotations

import errno
import re
import socket
from collections.abc import Iterable, Iterator
from typing import Any, Self

from regnb.embedded.containers.record import Binding
from regnb.embedded.daemon_settings import DEFAULT_ADDRESS
from regnb.embedded.refusal import Refusal, bad_request

_BACKLOG = 512
_PORT = re.compile(r"[0-9]{1,5}(/(tcp|udp|sctp))?")
_NUMBER = re.compile(r"[0-9]{1,5}")
_LAST_PORT = 65535


def requested_bindings(config: dict[str, Any], host_config: dict[str, Any]) -> Iterator[Binding]:
    """Bindings that a request asks for: an empty host is the default one, port 0 any free one."""
    wanted = host_config.get("PortBindings") or {}
    for container_port in [*wanted, *(config.get("ExposedPorts") or {})]:
        if not _PORT.fullmatch(container_port):
            raise bad_request(f'invalid port specification: "{container_port}"')
    for container_port, places in wanted.items():
        for place in places or [{}]:
            host, port = place.get("HostIp") or "", place.get("HostPort") or "0"
            if not _NUMBER.fullmatch(port) or int(port) > _LAST_PORT:
                raise bad_request(f'invalid port specification: "{port}"')
            yield Binding(container_port, host, int(port))
    if host_config.get("PublishAllPorts"):
        for container_port in config.get("ExposedPorts") or {}:
            if container_port not in wanted:
                yield Binding(container_port, "", 0)


class Sockets:
    """The sockets of a container, bound before its process starts; closed in the engine after it.

    Whoever binds first has the port: to look whether it is free and to bind later would let two
    engines of the same machine both believe so.
    """

    def __init__(self) -> None:
        self.bindings: list[Binding] = []
        self._listening: list[socket.socket] = []

    def allocate(
        self, wanted: Iterable[Binding], taken: set[tuple[str, int]], default_host: str, inside: str
    ) -> None:
        """Bind what is `wanted` for the container with the address `inside`.

        `taken` are the addresses of this engine's other containers. Raises Refusal (500) when a
        port is not free.
        """
        for one in wanted:
            host = one.host or default_host
            if (host, one.port) in taken:
                message = f"Bind for {host}:{one.port} failed: port is already allocated"
                raise Refusal(500, message)
            try:
                port = self._bind(host, one.port).getsockname()[1]
            except OSError as error:
                place = f"{host}:{one.port}:{inside}:{one.container_port}"
                message = f"failed to bind host port for {place}: {_why_not(error)}"
                raise Refusal(500, message) from error
            self.bindings.append(Binding(one.container_port, host, port))

    def of_port(self, number: int) -> socket.socket:
        """The socket that the port `number` of the container is published by, or one out of sight.

        Raises OSError.
        """
        pairs = zip(self.bindings, self._listening, strict=False)
        published = (found for binding, found in pairs if binding.number == number)
        return next(published, None) or self._bind(DEFAULT_ADDRESS, 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._listening:
            one.close()

    def _bind(self, host: str, port: int) -> socket.socket:
        found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        self._listening.append(found)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
        found.listen(_BACKLOG)  # until it listens, another socket may be bound there as well
        return found


def _why_not(error: OSError) -> str:
    reasons = {
        errno.EADDRINUSE: "address already in use",
        errno.EACCES: "permission denied",
        errno.EADDRNOTAVAIL: "cannot assign requested address",
    }
    return reasons.get(error.errno or 0, str(error))
