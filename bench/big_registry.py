"""A registry as large as a company's, written straight into the storage of the two registries.

Repositories have five tags: four images on one of twenty bases, and `latest`, which is the last of
them. Of a thousand, twenty are multi-platform, each platform with its attestation, as buildx makes
them.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from regnb.oci import Descriptor, Digest, Platform, media_types
from regnb.oci.descriptor import ATTESTATION, REFERENCE_DIGEST, REFERENCE_TYPE
from regnb.server.storage_interface import TagIndex

BASES = 20
VERSIONS = 4
MULTI_PLATFORM = 50  # one repository of so many
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
PLATFORMS = (Platform("linux", "amd64"), Platform("linux", "arm64", "v8"))
HISTORY = (
    ("/bin/sh -c #(nop) ADD file:4b0a in / ", False),
    ("/bin/sh -c apt-get update && apt-get install --yes ca-certificates", False),
    ("/bin/sh -c #(nop) ENV PATH=/usr/local/bin:/usr/bin:/bin", True),
    ("/bin/sh -c useradd --system app && install --directory --owner app /srv", False),
    ("/bin/sh -c #(nop) COPY dir:93f1 in /srv ", False),
    ('/bin/sh -c #(nop)  CMD ["/srv/app"]', True),
)


@dataclass
class Contents:
    """What one repository holds."""

    name: str
    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def blob(self, media_type: str, content: bytes) -> dict[str, object]:
        digest = digest_of(content)
        self.blobs[digest] = content
        return {"mediaType": media_type, "digest": digest, "size": len(content)}

    def manifest(self, media_type: str, fields: dict[str, object]) -> dict[str, object]:
        document = {"schemaVersion": 2, "mediaType": media_type, **fields}
        content = json.dumps(document, indent=1).encode()
        digest = digest_of(content)
        self.manifests[digest] = (media_type, content)
        return {"mediaType": media_type, "digest": digest, "size": len(content)}

    def image(self, number: int, platform: Platform) -> dict[str, object]:
        base = f"{number % BASES} {platform}"
        own = f"{self.name} {number} {platform}"
        contents = [f"{layer} of base {base}".encode() * 20 for layer in range(3)]
        layers = [
            self.blob(media_types.OCI_LAYER_GZIP, content)
            for content in (*contents, own.encode() * 20)
        ]
        config = {
            **platform.to_json(),
            "created": (FIRST + timedelta(minutes=number)).isoformat(),
            "config": {"Cmd": ["/srv/app"], "Labels": {"org.opencontainers.image.title": own}},
            "rootfs": {"type": "layers", "diff_ids": [layer["digest"] for layer in layers]},
            "history": [
                {"created_by": text, "empty_layer": empty, "created": FIRST.isoformat()}
                for text, empty in HISTORY
            ],
        }
        described = self.blob(media_types.OCI_CONFIG, json.dumps(config).encode())
        return self.manifest(media_types.OCI_MANIFEST, {"config": described, "layers": layers})

    def index(self, number: int) -> dict[str, object]:
        entries = []
        for platform in PLATFORMS:
            image = self.image(number, platform)
            entries += [{**image, "platform": platform.to_json()}, self.attestation(image)]
        return self.manifest(media_types.OCI_INDEX, {"manifests": entries})

    def attestation(self, image: dict[str, object]) -> dict[str, object]:
        statement = json.dumps({"_type": "https://in-toto.io/Statement/v0.1", "subject": image})
        config = {"architecture": "unknown", "os": "unknown", "config": {}, "rootfs": {}}
        layer = self.blob("application/vnd.in-toto+json", statement.encode())
        described = self.blob(media_types.OCI_CONFIG, json.dumps(config).encode())
        entry = self.manifest(media_types.OCI_MANIFEST, {"config": described, "layers": [layer]})
        names = {REFERENCE_TYPE: ATTESTATION, REFERENCE_DIGEST: image["digest"]}
        unknown = {"architecture": "unknown", "os": "unknown"}
        return {**entry, "platform": unknown, "annotations": names}


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def contents_of(repositories: int) -> Iterator[Contents]:
    """The same at each call."""
    for number in range(repositories):
        contents = Contents(f"team-{number % 37}/app.{number:05}")
        for version in range(VERSIONS):
            serial = number * VERSIONS + version
            multi = number % MULTI_PLATFORM == 0
            made = contents.index(serial) if multi else contents.image(serial, PLATFORMS[0])
            contents.tags[f"1.{version}"] = contents.tags["latest"] = str(made["digest"])
        yield contents


def fill_distribution(root: Path, repositories: int) -> None:
    """https://distribution.github.io/distribution/about/architecture/ and its paths.go."""
    base = root / "docker/registry/v2"
    for contents in contents_of(repositories):
        place = base / "repositories" / contents.name
        documents = {digest: content for digest, (_, content) in contents.manifests.items()}
        for digest, content in {**contents.blobs, **documents}.items():
            write(base / "blobs/sha256" / digest[7:9] / digest[7:] / "data", content)
        for digest in contents.blobs:
            write(place / "_layers/sha256" / digest[7:] / "link", digest.encode())
        for digest in contents.manifests:
            write(place / "_manifests/revisions/sha256" / digest[7:] / "link", digest.encode())
        for tag, digest in contents.tags.items():
            tagged = place / "_manifests/tags" / tag
            write(tagged / "current/link", digest.encode())
            write(tagged / "index/sha256" / digest[7:] / "link", digest.encode())


def fill_regnb(root: Path, repositories: int) -> None:
    """See `regnb.server.directory_storage`; files get the seal of `regnb.content.seals`."""
    for contents in contents_of(repositories):
        place = root / "repositories" / contents.name.replace("/", "+")
        index = TagIndex()
        for digest, (media_type, content) in contents.manifests.items():
            tags = [tag for tag, tagged in contents.tags.items() if tagged == digest]
            index = index.with_manifest(Descriptor(media_type, Digest(digest), len(content)), tags)
        documents = {digest: content for digest, (_, content) in contents.manifests.items()}
        for digest, content in {**contents.blobs, **documents}.items():
            path = place / "blobs/sha256" / digest[7:]
            write(path, content)
            os.utime(path, ns=(len(content) * 10**9,) * 2)
        write(place / "oci-layout", b'{"imageLayoutVersion": "1.0.0"}')
        write(place / "index.json", index.to_bytes())


def write(path: Path, content: bytes) -> None:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
