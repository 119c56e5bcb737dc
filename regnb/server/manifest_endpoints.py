"""end-3, end-7a, end-7b and end-9: manifests, by tag and by digest.

The stored manifest is what is answered, whatever the client accepts: another one would have
another digest. So `Accept` is not weighed; a client that does not know the type sees it in
`Content-Type`. Four types are taken in (OCI's and Docker's manifest and index): of another type
the registry could not say which blobs it needs, so the garbage collector would take them.
"""

from __future__ import annotations

from regnb.errors import InvalidManifest, InvalidPlatform
from regnb.oci import Descriptor, Digest, Manifest, parse_manifest
from regnb.oci.json import as_text, json_object
from regnb.oci.media_types import ACCEPTED_MANIFESTS
from regnb.oci.reference import is_tag
from regnb.server import api_errors
from regnb.server.api_errors import Problem
from regnb.server.context import Registry, Request, Response
from regnb.server.notifications import RegistryEvent
from regnb.server.request_parts import (
    MAX_MANIFEST,
    BodyCutShort,
    digest_in,
    is_digest,
    read_at_most,
    tag_in,
)
from regnb.server.storage_interface import BlobsMissing, NewManifest, Repository, needs_of


def get_manifest(registry: Registry, request: Request, name: str, reference: str) -> Response:
    """Answer the exact bytes that were pushed.

    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
    """
    repository = registry.repository(name)
    if registry.pull_through:
        registry.pull_through.bring_manifest(repository, _checked(reference))
    found = _find(repository, reference)
    content = repository.get_manifest(found.digest)
    if content is None:
        raise Problem(api_errors.MANIFEST_UNKNOWN, {"reference": reference})
    registry.notify_of_pull(request, name, found, "" if is_digest(reference) else reference)
    response = Response(content, headers=_identity(found.digest), content_type=found.media_type)
    response.set_etag(found.digest)
    response.make_conditional(request.environ)
    return response


def put_manifest(registry: Registry, request: Request, name: str, reference: str) -> Response:
    """Store a manifest whose blobs are there; an index may list manifests that are not.

    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests
    """
    digest, tags = _names_asked(request, reference)
    content = _body_of(request)
    digest = _verified(content, digest)
    manifest = _parsed(content, request.mimetype)
    new = NewManifest(content, digest, manifest.media_type, tags, needs_of(manifest))
    try:
        registry.repository(name).put_manifest(new)
    except BlobsMissing as error:
        missing = [{"digest": digest} for digest in error.digests]
        raise Problem(api_errors.MANIFEST_BLOB_UNKNOWN, missing) from error
    for tag in tags or ("",):
        stored = Descriptor(manifest.media_type, digest, len(content))
        registry.notify(request, RegistryEvent("push", name, stored, tag))
    response = Response(status=201, headers=_identity(digest))
    response.headers["Location"] = f"/v2/{name}/manifests/{digest}"
    if manifest.subject:
        response.headers["OCI-Subject"] = manifest.subject.digest
    if is_digest(reference) and tags:
        response.headers["OCI-Tag"] = ", ".join(tags)
    return response


def delete_manifest(registry: Registry, request: Request, name: str, reference: str) -> Response:
    """Forget a tag, or a manifest with all its tags.

    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#content-management
    """
    repository = registry.existing(name)
    known = repository.tag_index().find(reference)
    if is_digest(reference):
        found = repository.delete_manifest(digest_in(reference))
        event = RegistryEvent("delete", name, known)
    else:
        found = repository.delete_tag(reference)
        event = RegistryEvent("delete", name, tag=reference)
    if not found:
        raise Problem(api_errors.MANIFEST_UNKNOWN, {"reference": reference})
    registry.notify(request, event)
    return Response(status=202)


def _checked(reference: str) -> str:
    if is_digest(reference):
        return digest_in(reference)
    if not is_tag(reference):
        raise Problem(api_errors.MANIFEST_UNKNOWN, {"reference": reference[:200]})
    return reference


def _find(repository: Repository, reference: str) -> Descriptor:
    if is_digest(reference):
        digest_in(reference)
    found = repository.tag_index().find(reference)
    if found:
        return found
    unknown = api_errors.MANIFEST_UNKNOWN if repository.exists() else api_errors.NAME_UNKNOWN
    raise Problem(unknown, {"name": repository.name, "reference": reference[:200]})


def _identity(digest: Digest) -> dict[str, str]:
    return {"Docker-Content-Digest": digest}


def _names_asked(request: Request, reference: str) -> tuple[Digest | None, tuple[str, ...]]:
    if not is_digest(reference):
        return None, (tag_in(reference),)
    tags = tuple(tag_in(tag) for tag in request.args.getlist("tag"))
    return digest_in(reference), tags


def _body_of(request: Request) -> bytes:
    try:
        content = read_at_most(request, MAX_MANIFEST)
    except BodyCutShort as error:
        raise Problem(api_errors.SIZE_INVALID) from error
    if content is None:
        raise Problem(api_errors.MANIFEST_TOO_LARGE, {"limit": MAX_MANIFEST})
    return content


def _verified(content: bytes, digest: Digest | None) -> Digest:
    actual = Digest.of(content, digest.algorithm if digest else "sha256")
    if digest and actual != digest:
        raise Problem(api_errors.DIGEST_INVALID, {"expected": digest, "actual": actual})
    return actual


def _parsed(content: bytes, content_type: str) -> Manifest:
    if content_type and content_type not in ACCEPTED_MANIFESTS:
        raise Problem(
            api_errors.MANIFEST_INVALID, {"reason": "unknown media type", "type": content_type}
        )
    try:
        stated = as_text(json_object(content).get("mediaType"), "mediaType")
        manifest = parse_manifest(content, content_type)
    except (InvalidManifest, InvalidPlatform) as error:
        raise Problem(api_errors.MANIFEST_INVALID, {"reason": str(error)}) from error
    if stated not in {"", manifest.media_type}:
        raise Problem(
            api_errors.MANIFEST_INVALID, {"Content-Type": content_type, "mediaType": stated}
        )
    return manifest
