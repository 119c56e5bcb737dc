"""Reaching a registry by Docker's rules.

HTTPS, with the certificates of `certs.d`; for a loopback address or an `insecure-registries` entry
HTTPS without checks, then plain HTTP. https://docs.docker.com/engine/security/certificates/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from regnb.engine.embedded.settings import Settings
from regnb.errors import NotARegistry, RegistryError, RegistryUnreachable, TLSFailed
from regnb.oci.reference import DOCKER_HUB
from regnb.registry import Credentials, RegistryClient, UrllibTransport
from regnb.registry.transport import Request, Response, Transport

TIMEOUT = 10.0
HUB_HOST = "registry-1.docker.io"
# Where the system's Docker looks, after the engine's own folder.
SYSTEM_CERTIFICATES = (Path("~/.config/docker/certs.d"), Path("/etc/docker/certs.d"))

Addresses = Callable[[], Mapping[tuple[str, int], tuple[str, int]]]


class Registries:
    """Opens registries; `addresses` tells where those of containers really listen."""

    def __init__(
        self, settings: Callable[[], Settings], certificates: Sequence[Path], addresses: Addresses
    ) -> None:
        self._settings = settings
        self._certificates = [folder.expanduser() for folder in certificates]
        self._addresses = addresses

    def open(
        self, host: str, credentials: Credentials | None = None, *, timeout: float = TIMEOUT
    ) -> RegistryClient:
        """A client for the registry `host`, which has answered; raises RegistryError."""
        host = HUB_HOST if host == DOCKER_HUB else host
        insecure = self._settings().is_insecure(host)
        transport = self._transport(host, insecure=insecure)
        try:
            return _answering(f"https://{host}", transport, credentials, timeout)
        except (TLSFailed, RegistryUnreachable, NotARegistry):
            if not insecure:
                raise
        return _answering(f"http://{host}", transport, credentials, timeout)

    def open_mirror(self, url: str, *, timeout: float = TIMEOUT) -> RegistryClient:
        """A client for a registry whose scheme is known; raises RegistryError."""
        host = urlsplit(url).netloc
        transport = self._transport(host, insecure=self._settings().is_insecure(host))
        return _answering(url, transport, None, timeout)

    def _transport(self, host: str, *, insecure: bool) -> Transport:
        return _ContainerTransport(self._tls_transport(host, insecure=insecure), self._addresses)

    def _tls_transport(self, host: str, *, insecure: bool) -> UrllibTransport:
        for folder in self._certificates:
            here = folder / host
            if here.is_dir():
                authority = next(iter(sorted(here.glob("*.crt"))), None)
                pair = next(
                    ((one, one.with_suffix(".key")) for one in sorted(here.glob("*.cert"))), None
                )
                # With an authority of its own the registry is checked even where it need not be.
                return UrllibTransport(
                    ca_file=authority,
                    client_certificate=pair,
                    verify=bool(authority) or not insecure,
                )
        return UrllibTransport(verify=not insecure)


def _answering(
    url: str, transport: Transport, credentials: Credentials | None, timeout: float
) -> RegistryClient:
    """A client for `url`, where a registry answers; raises RegistryError."""
    client = RegistryClient(url, transport=transport, credentials=credentials, timeout=timeout)
    try:
        client.probe()
    except RegistryError:
        client.close()
        raise
    return client


class _ContainerTransport:
    """Leads requests for a container's own address to where its process listens."""

    def __init__(self, inner: UrllibTransport, addresses: Addresses) -> None:
        self._inner = inner
        self._addresses = addresses

    def send(self, request: Request) -> Response:
        parts = urlsplit(request.url)
        default = 443 if parts.scheme == "https" else 80
        real = self._addresses().get((parts.hostname or "", parts.port or default))
        if real is None:
            return self._inner.send(request)
        url = parts._replace(netloc="{}:{}".format(*real)).geturl()
        headers = {"Host": parts.netloc, **request.headers}
        try:
            return self._inner.send(replace(request, url=url, headers=headers))
        except RegistryError as error:
            error.url = request.url  # the address that the user knows
            raise

    def close(self) -> None:
        self._inner.close()
