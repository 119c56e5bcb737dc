"""Images in one tar: an OCI image layout that also has the `manifest.json` of `docker save`.

https://github.com/moby/docker-image-spec/blob/main/spec.md#combined-image-json--filesystem-changeset-format
"""

from __future__ import annotations

import json
import posixpath
import tarfile
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import IO, Any, TypeAlias

from regnb.content.blobs import BLOCK, BlobFolder
from regnb.embedded.image_store import ImageStore, StoredImage
from regnb.embedded.refusal import Refusal
from regnb.errors import InvalidManifest, InvalidReference
from regnb.oci import Descriptor, Digest, ImageManifest, ImageReference, layout, media_types

MANIFEST = "manifest.json"
# An image, and the names that the tar gives it: it may have others already.
Loaded: TypeAlias = tuple[StoredImage, list[ImageReference]]
_GZIP_MAGIC = b"\x1f\x8b"
# https://github.com/containerd/containerd/blob/main/core/images/annotations.go
_IMAGE_NAME = "io.containerd.image.name"


def save(store: ImageStore, wanted: Iterable[tuple[str, StoredImage]]) -> Iterator[bytes]:
    """The tar, in blocks, of images under the names they were asked by."""
    pairs = [(_reference_in(image, name), image) for name, image in wanted]
    digests = dict.fromkeys(
        part.digest
        for _, image in pairs
        for part in (image.entries[0].manifest, image.manifest.config, *image.manifest.layers)
    )
    yield from _file(layout.MARKER_FILE, layout.MARKER)
    for digest in digests:
        yield from _blob(store.blobs, digest)
    yield from _file(layout.INDEX_FILE, layout.index_content(_index_entries(pairs)))
    yield from _file(MANIFEST, json.dumps(_docker_entries(pairs)).encode())
    yield bytes(2 * tarfile.BLOCKSIZE)


def load(store: ImageStore, stream: IO[bytes]) -> list[Loaded]:
    """The images of a tar that `save`, Docker or another tool made; raises Refusal (400)."""
    with tempfile.TemporaryFile() as spool:
        while chunk := stream.read(BLOCK):
            spool.write(chunk)
        spool.seek(0)
        try:
            with tarfile.open(fileobj=spool) as tar:
                return _load(store, tar)
        except tarfile.ReadError as error:  # its text has a line for each compression
            raise Refusal(400, "invalid tar archive: this is no tar") from error
        except (tarfile.TarError, EOFError, zlib.error, KeyError, ValueError, TypeError) as error:
            raise Refusal(400, f"invalid tar archive: {error}") from error


def _load(store: ImageStore, tar: tarfile.TarFile) -> list[Loaded]:
    known = _manifests_inside(tar)
    loaded = []
    for entry in json.loads(_read(tar, MANIFEST)):
        config = _read(tar, entry["Config"])
        digest = store.blobs.put(config)
        manifest = known.get(digest)
        layers = [_store_layer(store.blobs, tar, name) for name in entry["Layers"]]
        if manifest is None:
            manifest = _manifest_of(config, layers)
        references = [ImageReference.parse(name) for name in entry.get("RepoTags") or []]
        loaded.append((store.add(manifest, references, source=""), references))
    return loaded


def _manifests_inside(tar: tarfile.TarFile) -> dict[Digest, ImageManifest]:
    """Manifests by the digest of their config, when the tar is an OCI layout too."""
    try:
        index = layout.parse_index(_read(tar, layout.INDEX_FILE))
    except (KeyError, InvalidManifest):
        return {}
    found = {}
    for entry in index.manifests:
        if media_types.is_manifest(entry.media_type):
            content = _read(tar, layout.blob_path(entry.digest))
            manifest = ImageManifest.parse(content, entry.media_type)
            found[manifest.config.digest] = manifest
    return found


def _store_layer(blobs: BlobFolder, tar: tarfile.TarFile, name: str) -> Descriptor:
    blob = blobs.new_blob()
    try:
        with _open(tar, name) as file:
            packed = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
            file.seek(0)
            while chunk := file.read(BLOCK):
                blob.append(chunk)
        digest = blob.hasher.digest
        blobs.keep(blob, digest)
    finally:
        blob.discard()
    media_type = media_types.OCI_LAYER_GZIP if packed else media_types.OCI_LAYER
    return Descriptor(media_type, digest, blob.size)


def _manifest_of(config: bytes, layers: list[Descriptor]) -> ImageManifest:
    value = {
        "schemaVersion": 2,
        "mediaType": media_types.OCI_MANIFEST,
        "config": Descriptor(media_types.OCI_CONFIG, Digest.of(config), len(config)).to_json(),
        "layers": [layer.to_json() for layer in layers],
    }
    return ImageManifest.parse(json.dumps(value).encode(), media_types.OCI_MANIFEST)


def _index_entries(pairs: list[tuple[ImageReference | None, StoredImage]]) -> Iterator[Descriptor]:
    for reference, image in pairs:
        notes = {}
        if reference:
            notes = {_IMAGE_NAME: str(reference), layout.REF_NAME: reference.tag or ""}
        yield replace(image.entries[0].manifest, annotations=notes)


def _docker_entries(pairs: list[tuple[ImageReference | None, StoredImage]]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for reference, image in pairs:
        entry = found.setdefault(
            image.image_id,
            {
                "Config": layout.blob_path(image.manifest.config.digest),
                "RepoTags": [],
                "Layers": [layout.blob_path(layer.digest) for layer in image.manifest.layers],
            },
        )
        if reference:
            entry["RepoTags"].append(reference.familiar)
    return list(found.values())


def _reference_in(image: StoredImage, name: str) -> ImageReference | None:
    try:
        reference = ImageReference.parse(name)
    except InvalidReference:
        return None
    return reference if reference in image.references and reference.tag else None


def _file(name: str, content: bytes) -> Iterator[bytes]:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    yield member.tobuf(tarfile.USTAR_FORMAT) + content + _padding(len(content))


def _blob(blobs: BlobFolder, digest: Digest) -> Iterator[bytes]:
    member = tarfile.TarInfo(layout.blob_path(digest))
    member.size = blobs.size(digest)
    yield member.tobuf(tarfile.GNU_FORMAT)
    yield from blobs.blocks(digest)
    yield _padding(member.size)


def _padding(size: int) -> bytes:
    return bytes(-size % tarfile.BLOCKSIZE)


def _read(tar: tarfile.TarFile, name: str) -> bytes:
    with _open(tar, name) as file:
        return file.read()


def _open(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    """The file `name`; Docker makes a layer that it has written already a link to it."""
    member = tar.getmember(posixpath.normpath(name))
    if member.issparse():  # a few bytes of it would fill the disk
        raise ValueError(f"{name} is a sparse file")
    file = tar.extractfile(member)
    if file is None:
        raise KeyError(name)
    return file
