"""Platforms: what an image runs on.

https://github.com/opencontainers/image-spec/blob/main/image-index.md#image-index-property-descriptions
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from regnb.errors import InvalidPlatform
from regnb.oci.json import Json, as_text

_PATTERN = re.compile(r"[a-z0-9]+/[a-z0-9_]+(/[a-z0-9]+)?")


@dataclass(frozen=True, slots=True, order=True)
class Platform:
    """Operating system, architecture and variant, for example `linux`, `arm64`, `v8`."""

    os: str
    architecture: str
    variant: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Platform written as `os/architecture[/variant]`; raises InvalidPlatform."""
        if not _PATTERN.fullmatch(text):
            raise InvalidPlatform(text)
        return cls(*text.split("/"))

    @classmethod
    def from_json(cls, value: Json) -> Self:
        """Platform of an index entry or of a config."""
        return cls(*(as_text(value.get(key), key) for key in ("os", "architecture", "variant")))

    @property
    def is_unknown(self) -> bool:
        """Whether it is the `unknown/unknown` that build attestations carry."""
        return self.os == self.architecture == "unknown"

    def is_like(self, other: Platform) -> bool:
        """Whether system and architecture are those of `other`, whatever the variants."""
        return (self.os, self.architecture) == (other.os, other.architecture)

    def to_json(self) -> Json:
        """The JSON form, without an empty variant."""
        value: Json = {"architecture": self.architecture, "os": self.os}
        return value | ({"variant": self.variant} if self.variant else {})

    def __str__(self) -> str:
        return "/".join(filter(None, (self.os, self.architecture, self.variant)))
