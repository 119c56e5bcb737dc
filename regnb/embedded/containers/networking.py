"""The network of the containers, and the ports that are published on this machine.

A process has no network of its own, so the engine gives each running container an address as Docker
would, and when a pull or push names that address it knows where the process really listens.
"""

from __future__ import annotations

import errno
import hashlib
import ipaddress
import re
import socket
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from regnb.embedded.containers.record import Binding, ContainerRecord
from regnb.embedded.daemon_settings import DEFAULT_ADDRESS
from regnb.embedded.refusal import Refusal, bad_request

SUBNET = ipaddress.ip_network("172.17.0.0/16")
GATEWAY = "172.17.0.1"
_CREATED = "2026-01-01T00:00:00Z"
_BACKLOG = 512
_PORT = re.compile(r"[0-9]{1,5}(/(tcp|udp|sctp))?")
_NUMBER = re.compile(r"[0-9]{1,5}")
_LAST_PORT = 65535


def network_id(name: str) -> str:
    """The ID of a network: always the same."""
    return hashlib.sha256(f"regnb network {name}".encode()).hexdigest()


def knows(mode: str) -> bool:
    """Whether `mode`, of a request for a container, is a network of the engine."""
    name = mode.partition(":")[0]
    return name in {"default", "bridge", "host", "none", "container"}


def free_address(taken: Iterable[str]) -> str:
    """The first address of the subnet that is not `taken`."""
    used = {GATEWAY, *taken}
    return next(str(host) for host in SUBNET.hosts() if str(host) not in used)


def place_of(containers: Iterable[ContainerRecord], host: str, port: int) -> tuple[str, int] | None:
    """Where the process of the running container that `host` and `port` mean listens, or None.

    `host` is an address of the network, or a name of a container: its own, its host name
    (`--hostname`), or an alias (`--network-alias`).
    """
    for one in containers:
        if one.address and one.port_inside == port and host in {one.address, *_names(one)}:
            return one.listens
    return None


def _names(container: ContainerRecord) -> set[str]:
    hostname = str(container.config.get("Hostname") or "")
    domain = str(container.config.get("Domainname") or "")
    full = {f"{hostname}.{domain}"} if domain else set()
    return {container.name, hostname, *container.aliases, *full}


def endpoint(container: ContainerRecord) -> dict[str, object]:
    """How `container` hangs on the bridge, as the API shows it; empty values when it is down."""
    up = bool(container.address)
    parts = container.address.split(".") if up else []
    return {
        "IPAMConfig": None,
        "Links": None,
        "Aliases": container.aliases or None,
        "NetworkID": network_id("bridge"),
        "EndpointID": container.endpoint if up else "",
        "Gateway": GATEWAY if up else "",
        "IPAddress": container.address,
        "IPPrefixLen": SUBNET.prefixlen if up else 0,
        "IPv6Gateway": "",
        "GlobalIPv6Address": "",
        "GlobalIPv6PrefixLen": 0,
        "MacAddress": "02:42:" + ":".join(f"{int(part):02x}" for part in parts) if up else "",
        "DriverOpts": None,
    }


def published_ports(container: ContainerRecord) -> dict[str, list[Mapping[str, str]] | None]:
    """Ports of a running container by their name inside: where they are published, or None."""
    exposed = {*(container.config.get("ExposedPorts") or {}), *_bound(container)}
    return {
        port: [
            {"HostIp": binding.host, "HostPort": str(binding.port)}
            for binding in container.bindings
            if binding.container_port == port
        ]
        or None
        for port in sorted(exposed)
    }


def networks(containers: Iterable[ContainerRecord]) -> list[dict[str, object]]:
    """The networks of the engine, as the API lists them."""
    running = [one for one in containers if one.address]
    attached = {
        one.id: {
            "Name": one.name,
            "EndpointID": one.endpoint,
            "MacAddress": endpoint(one)["MacAddress"],
            "IPv4Address": f"{one.address}/{SUBNET.prefixlen}",
            "IPv6Address": "",
        }
        for one in running
    }
    config = [{"Subnet": str(SUBNET), "Gateway": GATEWAY}]
    return [
        _network("bridge", "bridge", config, attached),
        _network("host", "host", [], {}),
        _network("none", "null", [], {}),
    ]


def _network(
    name: str, driver: str, config: list[dict[str, str]], attached: Mapping[str, object]
) -> dict[str, object]:
    return {
        "Name": name,
        "Id": network_id(name),
        "Created": _CREATED,
        "Scope": "local",
        "Driver": driver,
        "EnableIPv4": True,
        "EnableIPv6": False,
        "IPAM": {"Driver": "default", "Options": None, "Config": config},
        "Internal": False,
        "Attachable": False,
        "Ingress": False,
        "ConfigFrom": {"Network": ""},
        "ConfigOnly": False,
        "Containers": attached,
        "Options": {},
        "Labels": {},
    }


def _bound(container: ContainerRecord) -> set[str]:
    return {binding.container_port for binding in container.bindings}


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
