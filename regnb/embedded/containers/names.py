"""Names for containers that got none."""

from __future__ import annotations

import random
from collections.abc import Container as Collection

_FIRST = ("amber", "brave", "calm", "eager", "gentle", "happy", "keen", "lucid", "quiet", "sunny")
_SECOND = ("anchor", "beacon", "cargo", "crane", "dock", "harbour", "ladder", "quay", "sail")


def invented_name(taken: Collection[str]) -> str:
    """A name that is not `taken`, such as `calm_crane`."""
    while True:
        name = f"{random.choice(_FIRST)}_{random.choice(_SECOND)}"  # noqa: S311 - no secret
        if name not in taken:
            return name
        name += str(random.randrange(1000))  # noqa: S311
        if name not in taken:
            return name
