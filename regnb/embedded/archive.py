"""Images in one tar: an OCI image layout that also has the `manifest.json` of `docker save`.

https://github.com/moby/docker-image-spec/blob/main/spec.md#combined-image-json--filesystem-changeset-format
"""

from __future__ import annotations

import io
import json
import posixpath
import tarfile
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import IO, Any, TypeAlias, cast

from regnb.compression import DAMAGE, GZIP_MAGIC, unpacked
from regnb.content.blobs import BLOCK, BlobFolder
from regnb.embedded.image_store import ImageStore, StoredImage
from regnb.embedded.refusal import Refusal, bad_request
from regnb.errors import InvalidManifest, InvalidReference
from regnb.oci import (
    Descriptor,
    Digest,
    Hasher,
    ImageConfig,
    ImageManifest,
    ImageReference,
    layout,
    media_types,
)

MANIFEST = "manifest.json"
# An image, and the names that the tar gives it: it may have others already.
Loaded: TypeAlias = tuple[StoredImage, list[ImageReference]]
# https://github.com/containerd/containerd/blob/main/core/images/annotations.go
_PACKED = ("gzip", "zstd")
_GZIP_FORMAT = 31
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
        except (tarfile.TarError, *DAMAGE, OSError, KeyError, ValueError, TypeError) as error:
            raise Refusal(400, f"invalid tar archive: {error}") from error


def _load(store: ImageStore, tar: tarfile.TarFile) -> list[Loaded]:
    for member in tar:
        member.name = posixpath.normpath(member.name)  # those of `tar .` begin with ./
    known = _manifests_inside(tar)
    loaded = []
    for entry in json.loads(_read(tar, MANIFEST)):
        config = ImageConfig.parse(_read(tar, entry["Config"]))
        _check(config, entry["Layers"])
        manifest = known.get(config.digest)
        layers = list(_layers(store, tar, entry["Layers"], config, manifest))
        store.blobs.put(config.content)
        if manifest is None or [one.digest for one in layers] != manifest.digests:
            manifest = _manifest_of(config.content, layers)
        references = [ImageReference.parse(name) for name in entry.get("RepoTags") or []]
        loaded.append((store.add(manifest, references, source=""), references))
    return loaded


def _check(config: ImageConfig, layers: list[str]) -> None:
    """Raise Refusal for an image that no engine on Linux can have."""
    if config.platform.os not in {"", "linux"}:
        raise bad_request(f"cannot load {config.platform.os} image on linux")
    if len(layers) != len(config.diff_ids):
        raise bad_request(
            "invalid manifest, layers length mismatch: "
            f"expected {len(layers)}, got {len(config.diff_ids)}"
        )


def _layers(
    store: ImageStore,
    tar: tarfile.TarFile,
    names: list[str],
    config: ImageConfig,
    manifest: ImageManifest | None,
) -> Iterator[Descriptor]:
    """The layers, stored; one that the engine has already need not be in the tar."""
    here = {
        diff_id: layer
        for image in store.images()
        for diff_id, layer in zip(image.config.diff_ids, image.manifest.layers, strict=False)
        if store.blobs.has(layer)
    }
    for number, (name, diff_id) in enumerate(zip(names, config.diff_ids, strict=True)):
        layer, found = here.get(diff_id), diff_id
        if layer is None or (manifest and layer.digest not in manifest.digests):
            layer, found = _store_layer(store.blobs, tar, name, as_it_is=manifest is not None)
        if found != diff_id:
            raise bad_request(
                f'invalid diffID for layer {number}: expected "{diff_id}", got "{found}"'
            )
        yield layer


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
            if all(layer.media_type.endswith(_PACKED) for layer in manifest.layers):
                found[manifest.config.digest] = manifest
    return found


def _store_layer(
    blobs: BlobFolder, tar: tarfile.TarFile, name: str, *, as_it_is: bool
) -> tuple[Descriptor, str]:
    """A layer, packed by gzip, as a push sends it, if it is not yet; and its diff ID."""
    blob, content = blobs.new_blob(), Hasher()
    packer = zlib.compressobj(wbits=_GZIP_FORMAT)
    try:
        with _open(tar, name) as file:
            as_it_is = as_it_is or file.peek().startswith(GZIP_MAGIC)
            for block in unpacked(file):
                content.update(block)
                if not as_it_is:
                    blob.append(packer.compress(block))
        if as_it_is:
            with _open(tar, name) as file:
                while chunk := file.read(BLOCK):
                    blob.append(chunk)
        else:
            blob.append(packer.flush())
        digest = blob.hasher.digest
        blobs.keep(blob, digest)
    finally:
        blob.discard()
    return Descriptor(media_types.OCI_LAYER_GZIP, digest, blob.size), content.digest


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


def _open(tar: tarfile.TarFile, name: str) -> io.BufferedReader:
    """The file `name`; Docker makes a layer that it has written already a link to it."""
    member = tar.getmember(posixpath.normpath(name))
    if member.issparse():  # a few bytes of it would fill the disk
        raise ValueError(f"{name} is a sparse file")
    file = tar.extractfile(member)
    if file is None:
        raise KeyError(name)
    return cast("io.BufferedReader", file)
