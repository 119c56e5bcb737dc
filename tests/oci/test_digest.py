from __future__ import annotations

import pytest

from regnb.errors import DigestMismatch, InvalidDigest
from regnb.oci import Digest, Hasher

EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    "text",
    ["", "sha256:", "sha256:" + "A" * 64, "sha256:" + "a" * 63, "md5:" + "a" * 32, EMPTY + "\n"],
)
def test_malformed_digest_is_refused(text: str) -> None:
    with pytest.raises(InvalidDigest):
        Digest(text)


def test_digest_of_bytes_and_its_parts() -> None:
    digest = Digest.of(b"")
    assert digest == EMPTY
    assert (digest.algorithm, digest.short) == ("sha256", "e3b0c44298fc")
    assert len(Digest.of(b"", "sha512").hex) == 128


def test_verify_refuses_other_content() -> None:
    with pytest.raises(DigestMismatch) as caught:
        Digest(EMPTY).verify(b"other")
    assert caught.value.expected == EMPTY
    assert caught.value.actual == Digest.of(b"other")


def test_hasher_counts_and_hashes_what_streams_by() -> None:
    hasher = Hasher()
    for chunk in (b"ab", b"", b"c"):
        hasher.update(chunk)
    assert (hasher.size, hasher.digest) == (3, Digest.of(b"abc"))
    hasher.verify(Digest.of(b"abc"))
    with pytest.raises(DigestMismatch):
        hasher.verify(Digest(EMPTY))
