"""The images of the engine: an OCI image layout whose index gives names to digests.

One entry of the index per name: a tag (`docker.io/library/nginx:latest`), or a digest that a
registry knows the image by (`localhost:5000/w3@sha256:…`); an image without any name keeps one
entry without. The image ID is the digest of the config, as in Docker's classic store.
"""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from regnb.compression import DAMAGE, unpacked
from regnb.content.atomic_files import replace_file
from regnb.content.blobs import BlobFolder
from regnb.embedded.refusal import Refusal, bad_request, no_such_image
from regnb.errors import InvalidDigest, InvalidManifest, InvalidReference
from regnb.oci import Descriptor, Digest, ImageConfig, ImageManifest, ImageReference, layout
from regnb.oci.config import parse_time
from regnb.oci.json import as_list, json_object

logger = logging.getLogger(__name__)

IMAGE_ID = "regnb.image-id"
SOURCE = "regnb.source"
TAGGED = "regnb.tagged"
_ID = re.compile(r"(?:sha256:)?([0-9a-f]{1,64})")


@dataclass(frozen=True, slots=True)
class Entry:
    """One name of an image, or none; `source` tells where the image came from."""

    reference: ImageReference | None
    manifest: Descriptor
    image_id: Digest
    source: str
    tagged: datetime | None = None

    @classmethod
    def from_descriptor(cls, descriptor: Descriptor) -> Entry:
        """Entry as it stands in the index."""
        notes = descriptor.annotations
        name = notes.get(layout.REF_NAME)
        return cls(
            reference=ImageReference.parse(name) if name else None,
            manifest=replace(descriptor, annotations={}),
            image_id=Digest(notes[IMAGE_ID]),
            source=notes.get(SOURCE, ""),
            tagged=parse_time(notes.get(TAGGED, "")),
        )

    def to_descriptor(self) -> Descriptor:
        """The form that stands in the index."""
        notes = {
            layout.REF_NAME: str(self.reference) if self.reference else "",
            IMAGE_ID: str(self.image_id),
            SOURCE: self.source,
            TAGGED: self.tagged.isoformat() if self.tagged else "",
        }
        kept = {key: value for key, value in notes.items() if value}
        return replace(self.manifest, annotations=kept)


@dataclass(frozen=True)
class StoredImage:
    """An image of the engine with all its names.

    `damage` says why its manifest or config cannot be read, which are empty then.
    """

    image_id: Digest
    entries: tuple[Entry, ...]
    manifest: ImageManifest
    config: ImageConfig
    damage: str = ""

    def require_whole(self) -> Self:
        """The image; raises Refusal (500) when it is damaged."""
        if self.damage:
            name = next(iter(self.tags), self.image_id)
            told = f"image {name} is damaged: {self.damage}: remove it (docker rmi {name})"
            raise Refusal(500, f"{told} and pull or load it again")
        return self

    @property
    def references(self) -> list[ImageReference]:
        """Names, in their order of appearance: tags and digests."""
        return [entry.reference for entry in self.entries if entry.reference]

    @property
    def tags(self) -> list[str]:
        """Tags as Docker shows them: `nginx:latest`."""
        return sorted(name.familiar for name in self.references if not name.digest)

    @property
    def repo_digests(self) -> list[str]:
        """Digests that registries know the image by: `nginx@sha256:…`."""
        return sorted(name.familiar for name in self.references if name.digest)

    @property
    def source(self) -> str:
        """Where the image came from: a registry's host, `samples`, or empty when loaded."""
        return next((entry.source for entry in self.entries if entry.source), "")

    @property
    def tagged(self) -> datetime | None:
        """When it last got a name (aware UTC)."""
        return max((entry.tagged for entry in self.entries if entry.tagged), default=None)

    def manifest_of(self, reference: ImageReference) -> Descriptor:
        """The manifest that `reference` names, which another name may not share."""
        named = (entry for entry in self.entries if entry.reference == reference)
        return next(named, self.entries[0]).manifest


class ImageStore:
    """Images in the folder `root`; safe to use from several threads of one process."""

    def __init__(self, root: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.blobs = BlobFolder(root)
        self._now = now
        self._index = root / layout.INDEX_FILE
        self._lock = threading.RLock()
        self._leases: list[Digest] = []
        replace_file(root / layout.MARKER_FILE, layout.MARKER)
        self._entries = self._read()
        self._images: dict[Digest, StoredImage] = {}

    def images(self) -> list[StoredImage]:
        """All images, in the order they came, damaged ones too."""
        with self._lock:
            ids = dict.fromkeys(entry.image_id for entry in self._entries)
            return [self._image(image_id) for image_id in ids]

    def find(self, name: str) -> StoredImage:
        """The image that `name` means; raises Refusal: 404 without one, 500 when it is damaged."""
        return self.find_any(name).require_whole()

    def find_any(self, name: str) -> StoredImage:
        """The image, damaged or not, of a reference, an ID or the beginning of one.

        Raises Refusal (404) when there is none.
        """
        with self._lock:
            found = self._by_reference(name) or self._by_id(name)
            if found is None:
                raise no_such_image(_familiar(name))
            return self._image(found)

    def holder_of(self, reference: ImageReference) -> Digest | None:
        """ID of the image that has exactly this name; None when none has."""
        with self._lock:
            return self._by_reference(str(reference))

    def add(
        self, manifest: ImageManifest, references: Iterable[ImageReference], *, source: str
    ) -> StoredImage:
        """Give `manifest`, whose blobs are here, the names `references`.

        Raises InvalidManifest, and OSError, for one that could not be read again.
        """
        config = ImageConfig.parse(self.blobs.read(manifest.config.digest))
        self.blobs.put(manifest.content)
        descriptor = Descriptor(manifest.media_type, manifest.digest, len(manifest.content))
        entry = Entry(None, descriptor, config.digest, source)
        with self._lock:
            for reference in references:
                self._name(replace(entry, reference=reference))
            if all(known.image_id != entry.image_id for known in self._entries):
                self._entries.append(entry)
            self._write()
            self._images.pop(entry.image_id, None)
            return self._image(entry.image_id)

    def tag(self, image: StoredImage, reference: ImageReference) -> None:
        """Give `image` one more name; another image that had it loses it."""
        entry = image.entries[0]
        with self._lock:
            self._name(replace(entry, reference=reference, tagged=self._now()))
            self._write()

    def untag(self, references: Iterable[ImageReference]) -> None:
        """Take names away; an image that loses its last one stays, without name."""
        gone = set(references)
        with self._lock:
            for entry in [entry for entry in self._entries if entry.reference in gone]:
                self._unname(entry)
            self._write()

    def delete(self, image: StoredImage) -> int:
        """Remove `image` and the blobs that no other image has; gives the bytes freed."""
        with self._lock:
            gone = [entry for entry in self._entries if entry.image_id == image.image_id]
            blobs = self._blobs_of(gone)
            self._entries = [entry for entry in self._entries if entry not in gone]
            self._images.pop(image.image_id, None)
            self._write()
            return self._delete_blobs(blobs)

    def delete_unused_blobs(self) -> int:
        """Remove blobs that no image has, such as those of broken pulls; gives the bytes freed."""
        with self._lock:
            freed = 0 if self._leases else self.blobs.delete_unfinished()
            return freed + self._delete_blobs(self.blobs.digests())

    @contextmanager
    def lease(self, digests: Iterable[Digest]) -> Iterator[None]:
        """Keep blobs that are on their way to become an image from being removed."""
        wanted = list(digests)
        with self._lock:
            self._leases += wanted
        try:
            yield
        finally:
            with self._lock:
                for digest in wanted:
                    self._leases.remove(digest)

    def _by_reference(self, name: str) -> Digest | None:
        try:
            reference = ImageReference.parse(name)
        except InvalidReference:
            return None
        if reference.digest:
            reference = replace(reference, tag=None)
        named = (entry.image_id for entry in self._entries if entry.reference == reference)
        return next(named, None)

    def _by_id(self, name: str) -> Digest | None:
        match = _ID.fullmatch(name)
        if not match:
            return None
        ids = {entry.image_id for entry in self._entries}
        found = [image_id for image_id in ids if image_id.hex.startswith(match[1])]
        if len(found) > 1:
            raise bad_request(f"Multiple IDs found with provided prefix: {match[1]}")
        return found[0] if found else None

    def _image(self, image_id: Digest) -> StoredImage:
        entries = tuple(entry for entry in self._entries if entry.image_id == image_id)
        known = self._images.get(image_id)
        if known is None:
            known = self._images[image_id] = self._read_image(image_id, entries)
        return replace(known, entries=entries)

    def _read_image(self, image_id: Digest, entries: tuple[Entry, ...]) -> StoredImage:
        try:
            manifest = self._manifest(entries[0].manifest)
            config = ImageConfig.parse(self.blobs.read(manifest.config.digest))
        except (OSError, InvalidManifest) as error:
            logger.warning("Image %s is damaged: %s", image_id, error)
            nothing = Descriptor("", image_id, 0)
            manifest = ImageManifest(b"", "", nothing, (), None, "", {})
            return StoredImage(image_id, entries, manifest, ImageConfig.parse(b"{}"), str(error))
        return StoredImage(image_id, entries, manifest, config)

    def _manifest(self, descriptor: Descriptor) -> ImageManifest:
        content = self.blobs.read(descriptor.digest)
        return ImageManifest.parse(content, descriptor.media_type)

    def _name(self, entry: Entry) -> None:
        for former in [known for known in self._entries if known.reference == entry.reference]:
            self._unname(former, unless=entry.image_id)
        self._entries = [
            known
            for known in self._entries
            if known.image_id != entry.image_id or known.reference is not None
        ]
        self._entries.append(entry)

    def _unname(self, entry: Entry, *, unless: Digest | None = None) -> None:
        self._entries.remove(entry)
        still_named = any(known.image_id == entry.image_id for known in self._entries)
        if not still_named and entry.image_id != unless:
            self._entries.append(replace(entry, reference=None))

    def _delete_blobs(self, digests: Iterable[Digest]) -> int:
        used = self._blobs_of(self._entries) | set(self._leases)
        return sum(self.blobs.delete(digest) for digest in list(digests) if digest not in used)

    def _blobs_of(self, entries: Iterable[Entry]) -> set[Digest]:
        """Digests of all that the manifests of `entries` consist of."""
        blobs: set[Digest] = set()
        for descriptor in {entry.manifest.digest: entry.manifest for entry in entries}.values():
            blobs.add(descriptor.digest)
            with suppress(OSError, InvalidManifest):
                manifest = self._manifest(descriptor)
                blobs |= {part.digest for part in (manifest.config, *manifest.layers)}
        return blobs

    def _read(self) -> list[Entry]:
        if not self._index.exists():
            return []
        try:
            listed = as_list(json_object(self._index.read_bytes()).get("manifests"), "manifests")
        except InvalidManifest as error:
            self._keep_damaged(error)
            return []
        entries = []
        for value in listed:
            try:
                entries.append(Entry.from_descriptor(Descriptor.from_json(value)))
            except (InvalidManifest, InvalidReference, InvalidDigest, KeyError) as error:
                self._keep_damaged(error)
        return entries

    def _keep_damaged(self, error: Exception) -> None:
        """Say what is wrong with the index, and keep a copy: the next change writes it anew."""
        copy = self._index.with_name(f"{self._index.name}.damaged")
        logger.warning("%s is damaged, and kept as %s: %s", self._index, copy.name, error)
        with suppress(OSError):
            replace_file(copy, self._index.read_bytes())

    def _write(self) -> None:
        entries = (entry.to_descriptor() for entry in self._entries)
        replace_file(self._index, layout.index_content(entries))


def _familiar(name: str) -> str:
    """`name` with the tag that it implies, as Docker tells it."""
    try:
        return ImageReference.parse(name).familiar
    except InvalidReference:
        return name


class LayerSizes:
    """Sizes of layers as Docker tells them, unpacked, in bytes; kept in the file at `path`.

    A layer is unpacked once, when its size is first asked for.
    """

    def __init__(self, path: Path, blobs: BlobFolder) -> None:
        self._path = path
        self._blobs = blobs
        self._lock = threading.Lock()
        self._known = _known_sizes(path)

    def size(self, layer: Descriptor) -> int:
        """Size of `layer` unpacked; at least the packed one when it is damaged."""
        with self._lock:
            known = self._known.get(layer.digest)
            if known is None:
                try:
                    known = self._known[layer.digest] = self._measure(layer)
                except FileNotFoundError:  # a pull brings it again
                    return layer.size
                with suppress(OSError):  # a full disk can be listed
                    replace_file(self._path, json.dumps(self._known).encode())
            return known

    def size_of(self, image: StoredImage) -> int:
        """Size of all layers of `image`."""
        return sum(self.size(layer) for layer in image.manifest.layers)

    def _measure(self, layer: Descriptor) -> int:
        size = 0
        with self._blobs.path(layer.digest).open("rb") as file:
            try:
                for block in unpacked(file):
                    size += len(block)
            except DAMAGE:
                return max(size, layer.size)
        return size


def _known_sizes(path: Path) -> dict[str, int]:
    """What the file says; nothing without one, or with one that is damaged: it is made again."""
    with suppress(OSError, InvalidManifest):
        known = json_object(path.read_bytes())
        return {digest: size for digest, size in known.items() if isinstance(size, int)}
    return {}
