"""Platforms: what an image runs on.

https://github.com/opencontainers/image-spec/blob/main/image-index.md#image-index-property-descriptions
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Self

from regnb.errors import InvalidPlatform
from regnb.oci.json import Json, as_text

_SYSTEMS = {"macos": "darwin"}
# Other words for an architecture, and what each means.
_ARCHITECTURES = {
    "aarch64": ("arm64", ""),
    "armel": ("arm", "v6"),
    "armhf": ("arm", "v7"),
    "i386": ("386", ""),
    "x86-64": ("amd64", ""),
    "x86_64": ("amd64", ""),
}
# The variant that is meant where none is written, and the least one.
_USUAL = {"amd64": "v1", "arm": "v7", "arm64": "v8"}
_LEAST = {"amd64": 1, "arm": 5, "arm64": 8}
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

    def normalized(self) -> Platform:
        """The platform in the words that all use: `aarch64` is `arm64`, `arm` is `arm/v7`.

        https://github.com/containerd/platforms/blob/v1.0.0-rc.1/database.go
        """
        name, variant = self.architecture.lower(), self.variant.lower()
        architecture, meant = _ARCHITECTURES.get(name, (name, variant))
        variant = meant or ("" if architecture == "386" else variant)
        if variant.isdecimal() and architecture in {"arm", "arm64"}:
            variant = f"v{variant}"
        usual = _USUAL.get(architecture, "")
        if architecture == "arm":
            variant = variant or usual
        elif variant == usual:
            variant = ""
        return replace(
            self,
            os=_SYSTEMS.get(self.os.lower(), self.os.lower()),
            architecture=architecture,
            variant=variant,
        )

    def fallbacks(self) -> list[Platform]:
        """The platforms whose images run here, the best first, normalized.

        https://github.com/containerd/platforms/blob/v1.0.0-rc.1/compare.go
        """
        best = self.normalized()
        usual, least = _USUAL.get(best.architecture, ""), _LEAST.get(best.architecture, 0)
        number = (best.variant or usual).removeprefix("v").partition(".")[0]
        lower = range(int(number) - 1, least - 1, -1) if number.isdecimal() and least else ()
        found = [best, *(replace(best, variant=f"v{one}").normalized() for one in lower)]
        if best.architecture == "amd64":
            found.append(replace(best, architecture="386", variant=""))
        if best.architecture == "arm64":
            found += replace(best, architecture="arm", variant="v8").fallbacks()
        return found

    def takes(self, other: Platform) -> bool:
        """Whether an image for `other` is one for this platform; it may leave out the variant."""
        found = other.normalized()
        alike = (found.os, found.architecture) == (
            self.normalized().os,
            self.normalized().architecture,
        )
        return found in self.fallbacks() or (alike and not other.variant)

    def to_json(self) -> Json:
        """The JSON form, without an empty variant."""
        value: Json = {"architecture": self.architecture, "os": self.os}
        return value | ({"variant": self.variant} if self.variant else {})

    def __str__(self) -> str:
        return "/".join(filter(None, (self.os, self.architecture, self.variant)))
