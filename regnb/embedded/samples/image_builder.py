"""From images to what Docker Hub has of an official image: an index, and what its entries name.

An index holds one image per platform, and for each an attestation: a manifest of its own, of the
platform `unknown/unknown`, that names documents about how the image was made. Indexes of Docker's
own format are older than attestations.
https://docs.docker.com/build/metadata/attestations/attestation-storage/

What is attested is a bill of materials and where the image comes from, as statements of
https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md, with predicates of
https://spdx.github.io/spdx-spec/v2.3/ and https://slsa.dev/spec/v1.0/provenance
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from regnb.oci import Descriptor, Digest, Platform, media_types
from regnb.oci.descriptor import ATTESTATION, REFERENCE_DIGEST, REFERENCE_TYPE
from regnb.oci.json import Json

_UNKNOWN = Platform("unknown", "unknown")
STATEMENT = "application/vnd.in-toto+json"
PREDICATE_TYPE = "in-toto.io/predicate-type"
_MAKER = "https://pypi.org/project/regnb/"


@dataclass(frozen=True, slots=True)
class BuiltLayer:
    """A layer as it travels (`content`, a gzip), and the digest of its tar."""

    content: bytes
    diff_id: Digest


@dataclass(frozen=True, slots=True)
class BuildStep:
    """One instruction of a build, and the layer that it made; None when it changed no file."""

    created_by: str
    layer: BuiltLayer | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """What to build for one platform; `execution` as in its config, `created` as RFC 3339."""

    platform: Platform
    created: str
    execution: Json
    steps: tuple[BuildStep, ...]
    annotations: dict[str, str]


@dataclass(slots=True)
class Contents:
    """All that an index leads to, by digest."""

    blobs: dict[Digest, bytes] = field(default_factory=dict)

    def keep(self, media_type: str, content: bytes, platform: Platform | None = None) -> Descriptor:
        """Take `content`; gives its descriptor."""
        digest = Digest.of(content)
        self.blobs[digest] = content
        return Descriptor(media_type, digest, len(content), platform)

    def keep_json(
        self, media_type: str, value: Json, platform: Platform | None = None
    ) -> Descriptor:
        """Take `value` as JSON; gives its descriptor."""
        return self.keep(media_type, _encode(value), platform)


@dataclass(frozen=True, slots=True)
class _Types:
    index: str
    manifest: str
    config: str
    layer: str


_OCI = _Types(
    media_types.OCI_INDEX,
    media_types.OCI_MANIFEST,
    media_types.OCI_CONFIG,
    media_types.OCI_LAYER_GZIP,
)
_DOCKER = _Types(
    media_types.DOCKER_LIST,
    media_types.DOCKER_MANIFEST,
    media_types.DOCKER_CONFIG,
    media_types.DOCKER_LAYER_GZIP,
)


def build(
    name: str, images: Iterable[Image], *, docker_media_types: bool = False
) -> tuple[Descriptor, Contents]:
    """The index of `images`, and all contents; `name` (`nginx@1.29`) is what attestations say."""
    types = _DOCKER if docker_media_types else _OCI
    contents = Contents()
    entries = []
    for image in images:
        entry = _image(image, types, contents)
        entries.append(entry)
        if types is _OCI:
            entries.append(_attestation(name, image, entry, contents))
    value: Json = {
        "schemaVersion": 2,
        "mediaType": types.index,
        "manifests": [entry.to_json() for entry in entries],
    }
    return contents.keep_json(types.index, value), contents


def _image(image: Image, types: _Types, contents: Contents) -> Descriptor:
    layers = [step.layer for step in image.steps if step.layer]
    config = contents.keep_json(types.config, _config(image, layers))
    value: Json = {
        "schemaVersion": 2,
        "mediaType": types.manifest,
        "config": config.to_json(),
        "layers": [contents.keep(types.layer, layer.content).to_json() for layer in layers],
    }
    annotations = image.annotations if types is _OCI else {}
    value |= {"annotations": annotations} if annotations else {}
    entry = contents.keep_json(types.manifest, value, image.platform)
    return replace(entry, annotations=annotations)


def _config(image: Image, layers: list[BuiltLayer]) -> Json:
    return {
        **image.platform.to_json(),
        "created": image.created,
        "config": {key: value for key, value in image.execution.items() if value},
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
        "history": [
            {"created": image.created, "created_by": step.created_by}
            | ({} if step.layer else {"empty_layer": True})
            for step in image.steps
        ],
    }


def _attestation(name: str, image: Image, entry: Descriptor, contents: Contents) -> Descriptor:
    """The entry of what is attested of the image at `entry`."""
    statements = _statements(name, image.platform, entry.digest, image.created)
    layers = [
        replace(
            contents.keep(STATEMENT, _encode(statement)),
            annotations={PREDICATE_TYPE: str(statement["predicateType"])},
        )
        for statement in statements
    ]
    config = {
        **_UNKNOWN.to_json(),
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [layer.digest for layer in layers]},
    }
    value: Json = {
        "schemaVersion": 2,
        "mediaType": media_types.OCI_MANIFEST,
        "config": contents.keep_json(media_types.OCI_CONFIG, config).to_json(),
        "layers": [layer.to_json() for layer in layers],
    }
    kept = contents.keep_json(media_types.OCI_MANIFEST, value, _UNKNOWN)
    about = {REFERENCE_DIGEST: str(entry.digest), REFERENCE_TYPE: ATTESTATION}
    return replace(kept, annotations=about)


def _encode(value: Json) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _statements(name: str, platform: Platform, image: Digest, created: str) -> list[Json]:
    """Statements about the manifest `image` of `name` (`nginx@1.29`)."""
    subject = {
        "name": f"pkg:docker/{name}?platform={quote(str(platform), safe='')}",
        "digest": {"sha256": image.hex},
    }
    predicates = {
        "https://spdx.dev/Document": _bill(name, image, created),
        "https://slsa.dev/provenance/v1": _provenance(platform),
    }
    return [
        {
            "_type": "https://in-toto.io/Statement/v0.1",
            "predicateType": kind,
            "subject": [subject],
            "predicate": predicate,
        }
        for kind, predicate in predicates.items()
    ]


def _bill(name: str, image: Digest, created: str) -> Json:
    product, _, version = name.partition("@")
    package = {
        "name": product,
        "SPDXID": "SPDXRef-Package",
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
    }
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": product,
        "documentNamespace": f"{_MAKER}#{image.hex}",
        "creationInfo": {"created": created, "creators": ["Tool: regnb"]},
        "packages": [package],
    }


def _provenance(platform: Platform) -> Json:
    return {
        "buildDefinition": {
            "buildType": _MAKER,
            "externalParameters": {"platform": str(platform)},
        },
        "runDetails": {"builder": {"id": _MAKER}},
    }
