"""What a check may look at: the learner's containers, engine and registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from regnb.engine import Container, Engine, LocalImage
from regnb.errors import NotFound
from regnb.oci import ImageIndex, ImageManifest, ImageReference, Manifest
from regnb.registry import RegistryClient


class CheckedLab(Protocol):
    """A learner's lab as it is now."""

    @property
    def engine(self) -> Engine:
        """The engine."""

    @property
    def address(self) -> str:
        """Host and port of the learner's registry; raises ContainerNotFound when none runs."""

    @property
    def client(self) -> RegistryClient:
        """Client of the learner's registry."""

    def own_containers(self) -> list[Container]:
        """Containers of this lab, also stopped ones."""

    def own_volumes(self) -> list[str]:
        """Names of the volumes of this lab."""


def manifest_at(lab: CheckedLab, repository: str, reference: str) -> Manifest | None:
    """What `reference` (a tag or a digest) designates in the registry; None when nothing."""
    try:
        return lab.client.get_manifest(repository, reference)
    except NotFound:
        return None


def tagged(lab: CheckedLab, repository: str) -> Mapping[str, Manifest]:
    """Tags of `repository` with their manifests; empty when the registry has no such repository."""
    try:
        names = lab.client.list_tags(repository)
    except NotFound:
        return {}
    found = {name: manifest_at(lab, repository, name) for name in names}
    return {name: manifest for name, manifest in found.items() if manifest}


def local_image(lab: CheckedLab, name: str) -> LocalImage | None:
    """The image that the engine holds under `name`; a name `/w3:1.0` is in the lab's registry."""
    full = f"{lab.address}{name}" if name.startswith("/") else name
    return lab.engine.find_image(ImageReference.parse(full))


def image_in(lab: CheckedLab, repository: str, reference: str) -> ImageManifest | None:
    """The image at `reference`; of an index, the one for the engine. None when there is none."""
    found = manifest_at(lab, repository, reference)
    if isinstance(found, ImageIndex):
        entry = found.image_for(lab.engine.platform)
        return image_in(lab, repository, entry.digest) if entry else None
    return found
