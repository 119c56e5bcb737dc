"""The facts of a tag as bytes, for the cache."""

from __future__ import annotations

import json
import zlib
from datetime import datetime
from sys import intern

from regnb.inventory.columns import TagFacts
from regnb.oci import Digest

_CHECKSUM = 4


def to_bytes(facts: TagFacts) -> bytes:
    """What `facts` say of their contents, with a checksum; not whose they are."""
    blobs = [[digest.hex(), size] for digest, size in facts.blobs]
    created = facts.created and facts.created.isoformat()
    fields = [facts.media_type, facts.platforms, created, facts.layers, blobs]
    content = json.dumps(fields, separators=(",", ":")).encode()
    return zlib.crc32(content).to_bytes(_CHECKSUM) + content


def from_bytes(content: bytes, repository: str, tag: str, digest: Digest) -> TagFacts | None:
    """The facts in `content`, for this tag; None when the bytes have changed."""
    if int.from_bytes(content[:_CHECKSUM]) != zlib.crc32(content[_CHECKSUM:]):
        return None
    media_type, platforms, created, layers, blobs = json.loads(content[_CHECKSUM:])
    return TagFacts(
        repository,
        tag,
        None,
        digest,
        intern(media_type),
        tuple(map(intern, platforms)),
        datetime.fromisoformat(created) if created else None,
        layers,
        tuple((bytes.fromhex(name), size) for name, size in blobs),
    )
