"""end-12a and end-12b: the manifests that speak of another one."""

from __future__ import annotations

import json
from collections.abc import Iterator

from regnb.errors import InvalidManifest
from regnb.oci import Descriptor, Digest, ImageManifest, Manifest, parse_manifest
from regnb.oci.media_types import OCI_INDEX
from regnb.server.names import digest_in
from regnb.server.registry import Registry, Request, Response, Subjects
from regnb.server.storage import Repository


def list_referrers(registry: Registry, request: Request, name: str, digest: str) -> Response:
    """Answer an index of the manifests whose subject is `digest`, also when there are none.

    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
    """
    subject = digest_in(digest)
    wanted = request.args.get("artifactType")
    found = [
        descriptor.to_json()
        for descriptor in referrers_of(registry.repository(name), subject, registry.subjects)
        if wanted is None or descriptor.artifact_type == wanted
    ]
    index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": found}
    headers = {} if wanted is None else {"OCI-Filters-Applied": "artifactType"}
    return Response(json.dumps(index), 200, headers, content_type=OCI_INDEX)


def referrers_of(
    repository: Repository, subject: Digest, subjects: Subjects
) -> Iterator[Descriptor]:
    """A descriptor of each manifest of `repository` whose subject is `subject`.

    `subjects` is what is known of manifests already, and is added to.
    """
    for entry in repository.tag_index().manifests.values():
        if subjects.get(entry.digest, subject) != subject:
            continue
        content = repository.get_manifest(entry.digest)
        manifest = content and _parsed(content, entry.media_type)
        if not manifest:
            continue
        subjects[entry.digest] = manifest.subject.digest if manifest.subject else None
        if subjects[entry.digest] == subject:
            yield Descriptor(
                entry.media_type,
                entry.digest,
                entry.size,
                annotations=manifest.annotations,
                artifact_type=artifact_type_of(manifest),
            )


def artifact_type_of(manifest: Manifest) -> str:
    """What the manifest says of its type; an image without a word on it has its config's."""
    if not manifest.artifact_type and isinstance(manifest, ImageManifest):
        return manifest.config.media_type
    return manifest.artifact_type


def _parsed(content: bytes, media_type: str) -> Manifest | None:
    try:
        return parse_manifest(content, media_type)
    except InvalidManifest:
        return None
