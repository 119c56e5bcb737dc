"""The parts of an image reference: which are written, and which Docker puts there by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from regnb.oci import ImageReference
from regnb.oci.reference import DOCKER_HUB, OFFICIAL_NAMESPACE

Role = Literal["registry", "namespace", "repository", "tag", "digest"]


@dataclass(frozen=True, slots=True)
class ReferencePart:
    """A part of a whole reference; `separator` stands before it, `written` tells if it was."""

    role: Role
    text: str
    separator: str
    written: bool


def parts_of(text: str) -> list[ReferencePart]:
    """The parts of the whole reference that `text` stands for, in their order.

    The namespace is a part of its own only where `library` is implied: else it is in the
    repository, as the registry API has it. Raises InvalidReference.
    """
    return list(_parts(text, ImageReference.parse(text)))


def _parts(text: str, reference: ImageReference) -> Iterator[ReferencePart]:
    path = text.partition("@")[0]
    on_hub = reference.registry == DOCKER_HUB
    first = path.partition("/")[0]
    names_registry = not on_hub or first.endswith(DOCKER_HUB)
    yield ReferencePart("registry", reference.registry, "", names_registry)
    repository = reference.repository
    official = f"{OFFICIAL_NAMESPACE}/"
    if on_hub and repository.startswith(official) and official not in path:
        yield ReferencePart("namespace", OFFICIAL_NAMESPACE, "/", written=False)
        repository = repository.removeprefix(official)
    yield ReferencePart("repository", repository, "/", written=True)
    if reference.tag:
        written = path.rpartition("/")[2].endswith(f":{reference.tag}")
        yield ReferencePart("tag", reference.tag, ":", written)
    if reference.digest:
        yield ReferencePart("digest", reference.digest, "@", written=True)
