"""Images for a class without a network: saved beforehand, then served to everybody in it.

What is saved is a folder of `regnb.server`: that server, read-only, is all it takes then,
and engines ask it in the place of Docker Hub.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from regnb.embedded.daemon_settings import Settings
from regnb.embedded.remote.pull_sources import HubPlaces, PullSource, PullSources
from regnb.embedded.remote.registries import SYSTEM_CERTIFICATES, Registries
from regnb.errors import ManifestNotFound
from regnb.oci import Descriptor, Digest, ImageIndex, ImageReference, Manifest
from regnb.oci.reference import DOCKER_HUB
from regnb.registry import RegistryClient
from regnb.registry.copying import Copied, OnBlob, RegistryRepository, copy_image
from regnb.registry.wsgi_transport import WsgiTransport
from regnb.server import Config, DirectoryStorage, create_app

# What laptops are made of; an image of all platforms is easily ten times as large.
PLATFORMS = ("linux/amd64", "linux/arm64")
_ATTESTATION = "unknown/unknown"


def find(reference: ImageReference, hub: str = "") -> PullSource:
    """Who has an image of Docker Hub; `hub` is as REGNB_HUB.

    Raises Refusal (404, 500).
    """
    return _origins(hub).find(reference, None)


def platforms_of(source: PullSource, reference: ImageReference) -> list[str]:
    """The platforms that an image has, empty when it does not tell them apart."""
    manifest = source.client.get_manifest(source.repository, reference.reference)
    entries = manifest.manifests if isinstance(manifest, ImageIndex) else ()
    named = [str(entry.platform) for entry in entries if entry.platform]
    return [name for name in named if name != _ATTESTATION]


def fits(platform: str, wanted: Collection[str]) -> bool:
    """Whether `platform` is one of `wanted`, each with all its variants."""
    return any(f"{platform}/".startswith(f"{one}/") for one in wanted)


def save(
    source: PullSource,
    reference: ImageReference,
    folder: Path,
    *,
    platforms: Collection[str] = PLATFORMS,
    on_blob: OnBlob | None = None,
) -> Copied:
    """Bring an image into `folder`, from where `find` has found it: what was copied.

    Of an index, only the images for `platforms` and what is attested of them are brought, and its
    bytes stay as they are, so the digest does too. What the folder has is not asked for again.
    """
    with _client_of(folder) as client:
        target = RegistryRepository(client, reference.repository)
        chosen = _Chosen(source, frozenset(platforms))
        return copy_image(
            chosen, target, reference.reference, name=reference.reference, on_blob=on_blob
        )


def is_of_hub(reference: ImageReference) -> bool:
    """Whether engines would ask a mirror of Docker Hub for it; they do so for no other image."""
    return reference.registry == DOCKER_HUB


def saved_in(folder: Path) -> dict[str, list[str]]:
    """Tags by repository of what was saved in `folder`."""
    with _client_of(folder) as client:
        return {name: client.list_tags(name) for name in client.list_repositories()}


def _client_of(folder: Path) -> RegistryClient:
    app = create_app(DirectoryStorage(folder), Config())
    return RegistryClient("http://localhost", transport=WsgiTransport(app))


def _origins(hub: str) -> PullSources:
    registries = Registries(Settings, SYSTEM_CERTIFICATES, lambda _host, _port: None)
    return PullSources(registries, Settings, hub, HubPlaces())


@dataclass
class _Chosen:
    """What to copy of a source, without the platforms that nobody asked for."""

    source: PullSource
    platforms: Collection[str]
    _unwanted: set[str] = field(default_factory=set)

    def manifest(self, reference: str) -> Manifest:
        if reference in self._unwanted:
            raise ManifestNotFound("This platform was not asked for.")
        manifest = self.source.client.get_manifest(self.source.repository, reference)
        if isinstance(manifest, ImageIndex):
            images = {entry.digest for entry in manifest.images if self._is_wanted(entry)}
            self._unwanted |= {
                entry.digest
                for entry in manifest.manifests
                if entry.digest not in images and entry.attested not in images
            }
        return manifest

    def blob(self, digest: Digest) -> Iterator[bytes]:
        return self.source.client.stream_blob(self.source.repository, digest)

    def referrers(self, digest: Digest) -> list[Descriptor]:  # noqa: ARG002 - engines ask for none
        return []

    def _is_wanted(self, entry: Descriptor) -> bool:
        return fits(str(entry.platform) if entry.platform else "", self.platforms)
