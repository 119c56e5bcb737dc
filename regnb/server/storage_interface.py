"""What a registry needs of its storage: protocols of few methods, and what they give and take.

`MemoryStorage` and `DirectoryStorage` implement them. A repository here is a handle: it can be
asked for whether or not it exists, and comes to exist with the first thing that is put in it. What
it holds is told by a `TagIndex`, which has the form of the `index.json` of an OCI image layout.

https://github.com/opencontainers/image-spec/blob/main/image-layout.md#indexjson-file
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import BinaryIO, Protocol, Self, cast

from regnb.errors import RegnbError
from regnb.oci import Descriptor, Digest, ImageManifest, Manifest, layout
from regnb.oci.json import as_list, json_object


class UploadBusy(RegnbError):
    """Another request is writing to the same upload."""


class StorageFull(RegnbError):
    """There is no room for what was pushed; nothing of it was kept."""


class UpstreamFailed(RegnbError):
    """The registry that is cached does not answer, or with an error of its own."""


class BlobsMissing(RegnbError):
    """A manifest names blobs that its repository does not hold."""

    def __init__(self, digests: list[Digest]) -> None:
        super().__init__(f"{len(digests)} blobs of the manifest were not pushed.")
        self.digests = digests


@dataclass(frozen=True)
class NewManifest:
    """A manifest to store: exact bytes, and the blobs that it cannot do without."""

    content: bytes
    digest: Digest
    media_type: str
    tags: tuple[str, ...]
    needs: frozenset[Digest]


class BlobUpload(Protocol):
    """A blob on its way in; `size` is the number of bytes received so far."""

    id: str

    @property
    def size(self) -> int:
        """Bytes received so far."""

    def append(self, blocks: Iterable[bytes]) -> None:
        """Keep what `blocks` gives, also when it breaks off with an error, which is passed on.

        Raises StorageFull, and then keeps nothing of `blocks`, and UploadBusy.
        """

    def finish(self, digest: Digest) -> None:
        """Make it the blob `digest`; raises DigestMismatch and forgets it, or StorageFull."""

    def cancel(self) -> None:
        """Forget it."""


class Repository(Protocol):
    """The content of one repository."""

    name: str

    def exists(self) -> bool:
        """Whether anything was ever put in it."""

    def tag_index(self) -> TagIndex:
        """Its manifests and tags at this moment."""

    def blob_size(self, digest: Digest, *, for_push: bool = False) -> int | None:
        """Bytes of a blob, None without it; `for_push` keeps it from the garbage collector."""

    def open_blob(self, digest: Digest) -> BinaryIO | None:
        """The content of a blob, to be closed; None without it."""

    def mount_blob(self, digest: Digest, source: str | None) -> bool:
        """Take the blob of another repository (any, without `source`); whether there was one."""

    def delete_blob(self, digest: Digest) -> bool:
        """Forget a blob; whether there was one."""

    def start_upload(self, algorithm: str = "sha256") -> BlobUpload:
        """A new upload, hashed with `algorithm` while it comes in."""

    def find_upload(self, upload_id: str) -> BlobUpload | None:
        """An upload of this repository that is neither finished nor forgotten."""

    def get_manifest(self, digest: Digest) -> bytes | None:
        """Exact bytes of a manifest; None without it."""

    def put_manifest(self, manifest: NewManifest) -> None:
        """Store it and move its tags; raises BlobsMissing and StorageFull."""

    def delete_manifest(self, digest: Digest) -> bool:
        """Forget a manifest and its tags; whether there was one."""

    def delete_tag(self, tag: str) -> bool:
        """Forget a tag alone; whether there was one."""


class RegistryStorage(Protocol):
    """All repositories."""

    def repositories(self) -> list[str]:
        """Sorted names of the repositories that hold a manifest."""

    def repository(self, name: str) -> Repository:
        """A repository, whether it exists or not."""

    def check(self) -> None:
        """Raise OSError when it cannot be read and written."""


@dataclass(frozen=True)
class TagIndex:
    """Immutable: each change gives a new one."""

    manifests: Mapping[Digest, Descriptor] = field(default_factory=dict)
    tags: Mapping[str, Digest] = field(default_factory=dict)

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """The index in `content`; raises InvalidManifest."""
        manifests: dict[Digest, Descriptor] = {}
        tags: dict[str, Digest] = {}
        for entry in as_list(json_object(content).get("manifests"), "manifests"):
            descriptor = Descriptor.from_json(entry)
            if tag := descriptor.annotations.get(layout.REF_NAME):
                tags[tag] = descriptor.digest
            manifests[descriptor.digest] = replace(descriptor, annotations={})
        return cls(manifests, tags)

    def to_bytes(self) -> bytes:
        """The JSON form: an entry per tag, and one per manifest without a tag."""
        entries = [self._tagged(tag, digest) for tag, digest in sorted(self.tags.items())]
        tagged = set(self.tags.values())
        entries += [item for digest, item in self.manifests.items() if digest not in tagged]
        return layout.index_content(entries)

    def find(self, reference: str) -> Descriptor | None:
        """The manifest of a tag or a digest."""
        return self.manifests.get(self.tags.get(reference) or cast("Digest", reference))

    def with_manifest(self, manifest: Descriptor, tags: Iterable[str]) -> TagIndex:
        """With `manifest`, to which `tags` point from now on."""
        return TagIndex(
            {**self.manifests, manifest.digest: manifest},
            {**self.tags, **dict.fromkeys(tags, manifest.digest)},
        )

    def without_manifests(self, digests: Iterable[Digest]) -> TagIndex:
        """Without the manifests `digests` and the tags that point to them."""
        gone = set(digests)
        return TagIndex(
            {digest: item for digest, item in self.manifests.items() if digest not in gone},
            {tag: digest for tag, digest in self.tags.items() if digest not in gone},
        )

    def without_tag(self, tag: str) -> TagIndex:
        """Without `tag`; its manifest stays."""
        return TagIndex(
            self.manifests, {name: digest for name, digest in self.tags.items() if name != tag}
        )

    @cached_property
    def sorted_tags(self) -> list[str]:
        """Tags in the order of their bytes, as the specification has it."""
        return sorted(self.tags)

    def _tagged(self, tag: str, digest: Digest) -> Descriptor:
        return replace(self.manifests[digest], annotations={layout.REF_NAME: tag})


# Layers that licences keep from being passed on: they are fetched from elsewhere.
# https://github.com/opencontainers/image-spec/blob/main/layer.md#non-distributable-layers
NOT_DISTRIBUTED = ("nondistributable", "foreign")


def needs_of(manifest: Manifest) -> frozenset[Digest]:
    """Config and layers of an image; nothing for an index, whose manifests may be elsewhere."""
    if not isinstance(manifest, ImageManifest):
        return frozenset()
    parts = (manifest.config, *manifest.layers)
    return frozenset(part.digest for part in parts if _is_distributed(part))


def _is_distributed(part: Descriptor) -> bool:
    return not any(word in part.media_type for word in NOT_DISTRIBUTED)
