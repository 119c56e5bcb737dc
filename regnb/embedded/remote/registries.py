"""Reaching a registry by Docker's rules.

HTTPS, with the certificates of `certs.d`; for a loopback address or an `insecure-registries` entry
HTTPS without checks, then plain HTTP. https://docs.docker.com/engine/security/certificates/
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from regnb.embedded.daemon_settings import Settings
from regnb.embedded.refusal import Refusal
from regnb.embedded.remote.docker_messages import certificate_complaint
from regnb.errors import NotARegistry, RegistryError, RegistryUnreachable, TLSFailed
from regnb.errors.hub_reasons import HUB_HOST
from regnb.oci.reference import DOCKER_HUB
from regnb.registry import Credentials, RegistryClient, UrllibTransport
from regnb.registry.transport import Transport
from regnb.registry.urllib_transport import PlaceOf

TIMEOUT = 10.0
# Where the system's Docker looks, after the engine's own folder.
SYSTEM_CERTIFICATES = (Path("~/.config/docker/certs.d"), Path("/etc/docker/certs.d"))


class Registries:
    """Opens registries; `place_of` tells where those of containers really listen."""

    def __init__(
        self, settings: Callable[[], Settings], certificates: Sequence[Path], place_of: PlaceOf
    ) -> None:
        self._settings = settings
        self._certificates = [folder.expanduser() for folder in certificates]
        self.place_of = place_of

    def open(
        self, host: str, credentials: Credentials | None = None, *, timeout: float = TIMEOUT
    ) -> RegistryClient:
        """A client for the registry `host`, which has answered.

        Raises RegistryError, and Refusal (500) for certificates that cannot be used.
        """
        host = HUB_HOST if host == DOCKER_HUB else host
        insecure = self._settings().is_insecure(host)
        trust = self._trust(host, insecure=insecure)
        transport = self._transport(trust)
        try:
            return _answering(f"https://{host}", transport, credentials, timeout)
        except (TLSFailed, RegistryUnreachable, NotARegistry) as error:
            if not insecure:
                if isinstance(error, TLSFailed):
                    self._tell_why(error, trust, timeout)
                raise
        return _answering(f"http://{host}", transport, credentials, timeout)

    def open_mirror(self, url: str, *, timeout: float = TIMEOUT) -> RegistryClient:
        """A client for a registry whose scheme is known; raises as `open` does."""
        host = urlsplit(url).netloc
        trust = self._trust(host, insecure=self._settings().is_insecure(host))
        return _answering(url, self._transport(trust), None, timeout)

    def _trust(self, host: str, *, insecure: bool) -> Trust:
        """Docker reads no certificates for a registry that it need not trust."""
        return Trust(verify=False) if insecure else trust_in(self._certificates, host)

    def _transport(self, trust: Trust) -> Transport:
        return UrllibTransport(
            ca_file=trust.authorities,
            client_certificate=trust.pair,
            verify=trust.verify,
            place_of=self.place_of,
        )

    def _tell_why(self, error: TLSFailed, trust: Trust, timeout: float) -> None:
        """Put what the certificate really says into `error`."""
        parts = urlsplit(error.url)
        place = self.place_of(parts.hostname or "", parts.port or 443)
        error.detail = certificate_complaint(error, place, trust.pair, timeout)


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


@dataclass(frozen=True, slots=True)
class Trust:
    """Authorities beside those of the system, and the files of a certificate and its key."""

    authorities: tuple[Path, ...] = ()
    pair: tuple[Path, Path] | None = None
    verify: bool = True


def trust_in(folders: Sequence[Path], host: str) -> Trust:
    """What the first of `folders` that knows `host` (with its port) has for it.

    Raises Refusal (500) for a certificate without its key, or a key without its certificate.
    """
    here = next((folder / host for folder in folders if (folder / host).is_dir()), None)
    if here is None:
        return Trust()
    pairs = [(path, _partner(path, ".key")) for path in sorted(here.glob("*.cert"))]
    for path in here.glob("*.key"):
        _partner(path, ".cert")
    return Trust(tuple(sorted(here.glob("*.crt"))), pairs[0] if pairs else None)


def _partner(path: Path, ending: str) -> Path:
    partner = path.with_suffix(ending)
    if partner.exists():
        return partner
    if ending == ".key":
        message = (
            f"missing key {partner.name} for client certificate {path.name}. "
            "CA certificates must use the extension .crt"
        )
    else:
        message = f"missing client certificate {partner.name} for key {path.name}"
    raise Refusal(500, message)
