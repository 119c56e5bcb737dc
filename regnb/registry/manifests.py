"""Manifests and indexes, by tag or by digest, and the manifests whose subject is one: referrers.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import quote

from urllib3 import HTTPHeaderDict

from regnb import errors
from regnb.oci import Descriptor, Digest, ImageIndex, ImageManifest, Manifest, parse_manifest
from regnb.oci.json import Json, as_list
from regnb.oci.media_types import ACCEPTED_MANIFESTS, OCI_INDEX
from regnb.oci.reference import is_tag
from regnb.registry.http_session import HttpSession
from regnb.registry.pagination import pages
from regnb.registry.transport import Request, Response

SUBJECT_HEADER = "OCI-Subject"
DIGEST_HEADER = "Docker-Content-Digest"
# What a registry has to accept, and what most accept at most.
MANIFEST_LIMIT = 4 << 20
# The specification says 202; others than Distribution say that it is done.
DELETED = (202, 200, 204)
_SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+"
_ACCEPT = {"Accept": ", ".join(ACCEPTED_MANIFESTS)}


class RawManifest(NamedTuple):
    """A manifest as it came: its bytes, and what the headers say of it."""

    content: bytes
    media_type: str
    digest: Digest | None
    headers: HTTPHeaderDict

    @property
    def kind(self) -> str:
        """The media type of what is a manifest or an index here, else the one that is told."""
        try:
            return self.parsed().media_type
        except errors.InvalidManifest:
            return self.media_type.partition(";")[0].strip()

    def parsed(self) -> Manifest:
        """The manifest or index; raises InvalidManifest."""
        return parse_manifest(self.content, self.media_type)


def fetch(session: HttpSession, repository: str, reference: str) -> RawManifest:
    """Its bytes, verified; see `RegistryClient.fetch_manifest`."""
    request = _request(session, "GET", repository, reference)
    with session.exchange(request, 200, missing=errors.ManifestNotFound) as response:
        content = response.read(MANIFEST_LIMIT + 1)
    if len(content) > MANIFEST_LIMIT:
        raise errors.InvalidManifest("it is larger than 4 MiB")
    told = Digest(reference) if ":" in reference else stated_digest(response, request)
    media_type = response.headers.get("Content-Type", "")
    # The digest of a manifest of schema 1 is not of all its bytes.
    if told and not media_type.startswith(_SCHEMA1):
        told.verify(content)
    return RawManifest(content, media_type, told, response.headers)


def ask(session: HttpSession, repository: str, reference: str) -> RawManifest:
    """What its headers tell; see `RegistryClient.ask_manifest`."""
    request = _request(session, "HEAD", repository, reference)
    with session.head(request, errors.ManifestNotFound) as response:
        told = stated_digest(response, request)
    media_type = response.headers.get("Content-Type", "")
    return RawManifest(b"", media_type, told, response.headers)


def check_reference(reference: str) -> str:
    """`reference` when it is a digest or a tag; raises InvalidReference or InvalidDigest."""
    if ":" in reference:
        return Digest(reference)
    if not is_tag(reference):
        raise errors.InvalidReference(reference, "bad_tag")
    return reference


def _store(
    session: HttpSession, repository: str, reference: str, content: bytes, media_type: str
) -> tuple[Digest, HTTPHeaderDict]:
    """Digest of `content` once it is stored, and the headers of the answer."""
    path = ("manifests", check_reference(reference))
    headers = {"Content-Type": media_type}
    request = session.request("PUT", repository, *path, headers=headers, body=content)
    with session.exchange(request, 201, 202) as response:
        told = stated_digest(response, request)
    if told:
        told.verify(content)
    return told or Digest.of(content), response.headers


def put(
    session: HttpSession, repository: str, reference: str, content: bytes, media_type: str
) -> Digest:
    """Digest of `content`, stored, and in the list of referrers when it has a subject."""
    digest, headers = _store(session, repository, reference, content, media_type)
    if SUBJECT_HEADER not in headers:
        manifest = _parsed(content, media_type)
        if manifest and manifest.subject:
            referrer = _described(manifest, digest)
            _list_by_tag(session, repository, manifest.subject.digest, referrer)
    return digest


def _request(session: HttpSession, method: str, repository: str, reference: str) -> Request:
    path = ("manifests", check_reference(reference))
    return session.request(method, repository, *path, headers=_ACCEPT)


def stated_digest(response: Response, request: Request) -> Digest | None:
    """The digest that the registry tells of the content; raises InvalidAnswer for nonsense."""
    text = response.headers.get(DIGEST_HEADER)
    try:
        return Digest(text) if text else None
    except errors.InvalidDigest as error:
        raise request.error(errors.InvalidAnswer, f"`{DIGEST_HEADER}` is no digest.") from error


def list_referrers(
    session: HttpSession, repository: str, digest: str, artifact_type: str | None
) -> list[Descriptor]:
    """Who has it as subject; see `RegistryClient.list_referrers`."""
    subject = Digest(digest)
    query = f"?artifactType={quote(artifact_type, safe='')}" if artifact_type else ""
    request = session.request("GET", repository, "referrers", subject, query=query)
    found: dict[Digest, Descriptor] = {}
    try:
        _read_referrers(session, request, found)
    except errors.RegistryError as error:
        if found or not _lacks_referrers(error):
            raise
        with suppress(errors.InvalidManifest):
            tagged = _referrers_by_tag(session, repository, subject)
            found = {entry.digest: entry for entry in tagged}
    return [entry for entry in found.values() if artifact_type in {None, entry.artifact_type}]


def _lacks_referrers(error: errors.RegistryError) -> bool:
    """Whether a registry without this part of the API answers so: with a refusal, or a web page."""
    refused = 400 <= error.status < 500 and error.status not in {401, 429}
    return refused or error.status == 501 or isinstance(error, errors.InvalidAnswer)


def _read_referrers(
    session: HttpSession, request: Request, found: dict[Digest, Descriptor]
) -> None:
    for page_request, page in pages(session, request):
        try:
            entries = [
                Descriptor.from_json(entry) for entry in as_list(page.get("manifests"), "manifests")
            ]
        except errors.InvalidManifest as error:
            raise page_request.error(errors.InvalidAnswer, "The referrers are no index.") from error
        found.update((entry.digest, entry) for entry in entries)


def _referrers_by_tag(session: HttpSession, repository: str, subject: Digest) -> list[Descriptor]:
    try:
        found = fetch(session, repository, referrers_tag(subject))
    except errors.NotFound:
        return []
    index = found.parsed()
    return list(index.manifests) if isinstance(index, ImageIndex) else []


def _list_by_tag(
    session: HttpSession, repository: str, subject: Digest, referrer: Descriptor
) -> None:
    known = _referrers_by_tag(session, repository, subject)
    if referrer.digest in {entry.digest for entry in known}:
        return
    index: Json = {
        "schemaVersion": 2,
        "mediaType": OCI_INDEX,
        "manifests": [entry.to_json() for entry in (*known, referrer)],
    }
    content = json.dumps(index).encode()
    _store(session, repository, referrers_tag(subject), content, OCI_INDEX)


def referrers_tag(subject: Digest) -> str:
    """The tag under which clients list the referrers of `subject` themselves.

    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema
    """
    return f"{subject.algorithm[:32]}-{subject.hex[:64]}"


def _parsed(content: bytes, media_type: str) -> Manifest | None:
    """What a registry took for a manifest, if it is one for us too."""
    try:
        return parse_manifest(content, media_type)
    except errors.InvalidManifest:
        return None


def _described(manifest: Manifest, digest: Digest) -> Descriptor:
    """The entry of `manifest` in a list of referrers: the type of an image is its config's."""
    artifact_type = manifest.artifact_type
    if not artifact_type and isinstance(manifest, ImageManifest):
        artifact_type = manifest.config.media_type
    return Descriptor(
        manifest.media_type,
        digest,
        len(manifest.content),
        annotations=manifest.annotations,
        artifact_type=artifact_type,
    )
