"""The parts of a path: names, digests and tags, decoded by the HTTP server and not yet checked."""

from __future__ import annotations

from regnb.errors import InvalidDigest
from regnb.oci import Digest
from regnb.oci.reference import is_repository, is_tag
from regnb.server.problems import DIGEST_MALFORMED, MANIFEST_INVALID, NAME_INVALID, Problem


def repository_name(text: str) -> str:
    """`text`, when it is the name of a repository; raises Problem with NAME_INVALID."""
    if not is_repository(text):
        raise Problem(NAME_INVALID, {"name": text[:300]})
    return text


def digest_in(text: str) -> Digest:
    """The digest `text`; raises Problem with DIGEST_INVALID."""
    try:
        return Digest(text)
    except InvalidDigest as error:
        raise Problem(DIGEST_MALFORMED, {"digest": text[:200]}) from error


def is_digest(reference: str) -> bool:
    """Whether `reference` means a digest: no tag has a colon."""
    return ":" in reference


def tag_in(text: str) -> str:
    """`text`, when it is a tag; raises Problem with MANIFEST_INVALID."""
    if not is_tag(text):
        raise Problem(MANIFEST_INVALID, {"tag": text[:200]})
    return text
