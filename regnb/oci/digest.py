"""Digests: the names of contents.

https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests
"""

from __future__ import annotations

import hashlib
import re
from typing import Self

from regnb.errors import DigestMismatch, InvalidDigest

_PATTERN = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")


class Digest(str):
    """The digest of exact bytes, such as `sha256:e3b0…`; a string that is known to be valid."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Check `text`; raise InvalidDigest when it is no digest of a registered algorithm."""
        if not _PATTERN.fullmatch(text):
            raise InvalidDigest(text)
        return super().__new__(cls, text)

    @classmethod
    def of(cls, content: bytes, algorithm: str = "sha256") -> Self:
        """Digest of `content`."""
        return cls(f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}")

    @property
    def algorithm(self) -> str:
        """`sha256` or `sha512`."""
        return self.partition(":")[0]

    @property
    def hex(self) -> str:
        """The part after the colon."""
        return self.partition(":")[2]

    @property
    def short(self) -> str:
        """The first 12 hex digits, as Docker prints them."""
        return self.hex[:12]

    def verify(self, content: bytes) -> None:
        """Raise DigestMismatch when `content` has another digest."""
        if hashlib.new(self.algorithm, content).hexdigest() != self.hex:
            raise DigestMismatch(self, Digest.of(content, self.algorithm))


class Hasher:
    """Digest and size of content that streams by."""

    def __init__(self, algorithm: str = "sha256") -> None:
        self.algorithm = algorithm
        self.size = 0
        self._hash = hashlib.new(algorithm)

    def update(self, chunk: bytes | memoryview) -> None:
        """Take the next bytes."""
        self._hash.update(chunk)
        self.size += len(chunk)

    def copy(self) -> Hasher:
        """The same state, to go on from twice."""
        twin = Hasher(self.algorithm)
        twin.size, twin._hash = self.size, self._hash.copy()
        return twin

    @property
    def digest(self) -> Digest:
        """Digest of all bytes so far."""
        return Digest(f"{self.algorithm}:{self._hash.hexdigest()}")

    def verify(self, expected: Digest) -> None:
        """Raise DigestMismatch when the bytes so far have another digest."""
        if self.digest != expected:
            raise DigestMismatch(expected, self.digest)
