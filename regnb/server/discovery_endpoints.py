"""What a registry tells of itself: end-1, end-8, end-12, Docker's catalogue, health and metrics."""

from __future__ import annotations

import json
from collections.abc import Iterator

from regnb.errors import InvalidManifest
from regnb.oci import Descriptor, Digest, ImageManifest, Manifest, parse_manifest
from regnb.oci.media_types import OCI_INDEX
from regnb.server.api_errors import UNHEALTHY, Problem, json_response
from regnb.server.context import Registry, Request, Response, Subjects
from regnb.server.request_parts import digest_in, page_of
from regnb.server.storage_interface import Repository


def list_tags(registry: Registry, request: Request, name: str) -> Response:
    """Answer the sorted tags, all of them or a page.

    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags
    """
    if registry.pull_through:
        tags = registry.pull_through.tags(registry.repository(name))
    else:
        tags = registry.existing(name).tag_index().sorted_tags
    page = page_of(request, tags)
    return json_response({"name": name, "tags": page.entries}, headers=page.headers)


def ping(registry: Registry, request: Request) -> Response:  # noqa: ARG001 - the answer is the same for all
    """Answer 200 with an empty object.

    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#determining-support
    """
    return Response("{}", content_type="application/json; charset=utf-8")


DEFAULT_PAGE = 100


def list_repositories(registry: Registry, request: Request) -> Response:
    """Answer the sorted names of the repositories that hold a manifest, by pages of 100.

    https://distribution.github.io/distribution/spec/api/#catalog
    """
    page = page_of(request, registry.storage.repositories(), DEFAULT_PAGE)
    return json_response({"repositories": page.entries}, headers=page.headers)


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


def get_health(registry: Registry, request: Request) -> Response:  # noqa: ARG001
    """Answer 200 when the storage can be written and read, else 503.

    https://distribution.github.io/distribution/about/configuration/#health
    """
    try:
        registry.storage.check()
    except OSError as error:
        raise Problem(UNHEALTHY, {"storage": error.strerror}) from error
    return Response("{}", content_type="application/json; charset=utf-8")


def get_metrics(registry: Registry, request: Request) -> Response:  # noqa: ARG001
    """Answer the numbers for Prometheus.

    https://distribution.github.io/distribution/about/configuration/#prometheus
    """
    content, content_type = registry.metrics.exposition()
    return Response(content, content_type=content_type)
