"""The network of the containers: addresses that the engine alone can reach.

A process has no network of its own, so the engine gives each running container an address as Docker
would, and when a pull or push names that address it knows where the process really listens.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterable, Mapping

from regnb.embedded.containers.record import ContainerRecord

SUBNET = ipaddress.ip_network("172.17.0.0/16")
GATEWAY = "172.17.0.1"
_CREATED = "2026-01-01T00:00:00Z"


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
