"""The settings of a registry; `config_file` reads them from Distribution's config.yml."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

from regnb.errors import AddressUnusable, InvalidConfiguration
from regnb.outgoing import is_loopback


@dataclass(frozen=True)
class Tls:
    """Paths of PEM files; with `client_cas`, clients must show a certificate of one of them."""

    certificate: str
    key: str
    client_cas: tuple[str, ...] = ()


@dataclass(frozen=True)
class Htpasswd:
    """Users and bcrypt hashes in the file `path`."""

    path: str
    realm: str = "registry"


@dataclass(frozen=True)
class TokenAuth:
    """Tokens of another service, whose certificates are in the PEM file `root_certificates`."""

    realm: str
    service: str
    issuer: str
    root_certificates: str


@dataclass(frozen=True)
class Endpoint:
    """Where to send notifications; after `threshold` failures it waits for `backoff` seconds."""

    name: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 5.0
    threshold: int = 3
    backoff: float = 1.0
    ignored_media_types: frozenset[str] = frozenset()
    ignored_actions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class UpstreamConfig:
    """The registry to cache."""

    url: str
    username: str = ""
    password: str = ""


@dataclass(frozen=True)
class Config:
    """What a registry is told; the defaults are Distribution's, but for the address."""

    address: str = "127.0.0.1:5000"
    socket: str = ""
    storage_directory: str = ""
    delete_enabled: bool = False
    read_only: bool = False
    tls: Tls | None = None
    htpasswd: Htpasswd | None = None
    token: TokenAuth | None = None
    endpoints: tuple[Endpoint, ...] = ()
    upstream: UpstreamConfig | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    log_level: str = "info"
    access_log: bool = True
    debug_address: str = ""
    open_to_network: bool = False

    @property
    def host(self) -> str:
        """The host part of the address, where none means all interfaces."""
        return self.address.rpartition(":")[0].strip("[]") or "::"

    @property
    def port(self) -> int:
        """The port of the address; raises AddressUnusable."""
        port = self.address.rpartition(":")[2]
        if not (port.isascii() and port.isdigit() and int(port) < 2**16):
            reason = f"`{self.address}` has no valid port"
            raise AddressUnusable(self.address, "no_port", reason)
        return int(port)

    def refuse_to_be_open(self) -> None:
        """Raise AddressUnusable when everybody on the network could write to the registry."""
        _ = self.socket or self.port  # without a port, what is before it is no host
        is_closed = self.socket or self.tls or self.htpasswd or self.token
        if not (is_closed or self.open_to_network or is_loopback(self.host)):
            raise AddressUnusable(
                self.address,
                "open",
                f"`{self.address}` is open to the network, without TLS or users;"
                " listen on 127.0.0.1, or say --open-to-network",
            )


def context_of(config: Tls) -> ssl.SSLContext:
    """The TLS settings of a server; raises InvalidConfiguration for files that do not fit."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(config.certificate, config.key)
        for path in config.client_cas:
            context.load_verify_locations(path)
    except (OSError, ValueError) as error:
        raise InvalidConfiguration("http.tls", str(error)) from error
    if config.client_cas:
        context.verify_mode = ssl.CERT_REQUIRED
    return context
