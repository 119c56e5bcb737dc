"""Steps that ask the registry what it holds."""

from __future__ import annotations

from collections import defaultdict

from regnb.errors import ManifestNotFound
from regnb.inventory import OnCount, tag_contents
from regnb.lab.requests import curl
from regnb.lab.session import Session
from regnb.oci import (
    Digest,
    ImageIndex,
    ImageManifest,
    ImageReference,
    layers_of,
    media_types,
)
from regnb.registry import RegistryClient
from regnb.tables import Table, catalog_table, image_table, layers_table, tags_table
from regnb.widgets.count import CountBar
from regnb.widgets.frontend import somebody_looks


def catalog(session: Session) -> Table:
    """Repositories of the lab's registry."""
    client = session.client
    session.show(curl(session, f"{client.url}/v2/_catalog"))
    return catalog_table(session.translator, client.list_repositories())


def tags(session: Session, repository: str) -> Table:
    """Tags of `repository`, each with the manifest it points to."""
    reference = session.reference(repository)
    client = session.client_of(reference)
    session.show(curl(session, f"{client.url}/v2/{reference.repository}/tags/list"))
    names = client.list_tags(reference.repository)
    manifests = {name: client.get_manifest(reference.repository, name) for name in names}
    return tags_table(session.translator, manifests)


def inspect(session: Session, reference: ImageReference) -> Table:
    """The facts of one image, from its manifest and its config."""
    client = session.client_of(reference)
    _show_manifest_request(session, client, reference)
    manifest = image_manifest(session, client, reference)
    blob = f"{client.url}/v2/{reference.repository}/blobs/{manifest.config.digest}"
    session.show(curl(session, blob))
    config = client.get_config(reference.repository, manifest)
    return image_table(session.translator, manifest, config)


def layers(session: Session, reference: ImageReference) -> Table:
    """Layers of one image, oldest first, with the other images that share them."""
    client = session.client_of(reference)
    _show_manifest_request(session, client, reference)
    manifest = image_manifest(session, client, reference)
    config = client.get_config(reference.repository, manifest)
    with CountBar(session.translator, "inventory.progress") as bar:
        shared = sharing(client, manifest, on_count=bar)
    # Stored outputs have the numbers alone: they are compared between engines.
    return layers_table(
        session.translator, layers_of(manifest, config), shared, bars=somebody_looks()
    )


def image_manifest(
    session: Session, client: RegistryClient, reference: ImageReference
) -> ImageManifest:
    """Manifest of `reference`; of an index, the image for the platform of the engine."""
    manifest = client.get_manifest(reference.repository, reference.reference)
    if isinstance(manifest, ImageManifest):
        return manifest
    entry = manifest.image_for(session.engine.platform) or next(iter(manifest.images), None)
    if entry is None:
        raise ManifestNotFound("The index lists no image.", url=client.url)
    session.say("lab.platform_chosen", platform=entry.platform, count=len(manifest.images))
    found = client.get_manifest(reference.repository, entry.digest)
    if isinstance(found, ImageIndex):
        raise ManifestNotFound("The index lists another index.", url=client.url)
    return found


def sharing(
    client: RegistryClient, manifest: ImageManifest, on_count: OnCount | None = None
) -> dict[Digest, list[str]]:
    """For each layer of `manifest`, the other images that have it, such as `w3:2.0`, sorted."""
    wanted = {layer.digest for layer in manifest.layers}
    shared: dict[Digest, set[str]] = defaultdict(set)
    for tag in tag_contents(client, on_count=on_count):
        for image in tag.image_manifests:
            if image.digest != manifest.digest:
                for layer in wanted.intersection(layer.digest for layer in image.layers):
                    shared[layer].add(str(tag.name))
    return {layer: sorted(names) for layer, names in shared.items()}


def _show_manifest_request(
    session: Session, client: RegistryClient, reference: ImageReference
) -> None:
    url = f"{client.url}/v2/{reference.repository}/manifests/{reference.reference}"
    session.show(curl(session, url, accept=media_types.ACCEPTED_MANIFESTS))
