"""The manifests and tags of one repository, as the `index.json` of an OCI image layout.

https://github.com/opencontainers/image-spec/blob/main/image-layout.md#indexjson-file
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self, cast

from regnb.oci import Descriptor, Digest
from regnb.oci.json import as_list, json_object
from regnb.oci.media_types import OCI_INDEX

REF_NAME = "org.opencontainers.image.ref.name"


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
            if tag := descriptor.annotations.get(REF_NAME):
                tags[tag] = descriptor.digest
            manifests[descriptor.digest] = replace(descriptor, annotations={})
        return cls(manifests, tags)

    def to_bytes(self) -> bytes:
        """The JSON form: an entry per tag, and one per manifest without a tag."""
        entries = [self._tagged(tag, digest) for tag, digest in sorted(self.tags.items())]
        tagged = set(self.tags.values())
        entries += [item for digest, item in self.manifests.items() if digest not in tagged]
        document = {
            "schemaVersion": 2,
            "mediaType": OCI_INDEX,
            "manifests": [entry.to_json() for entry in entries],
        }
        return json.dumps(document, indent=1).encode()

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
        return replace(self.manifests[digest], annotations={REF_NAME: tag})
