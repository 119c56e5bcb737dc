"""Image references: what stands in a name, and what is implied when it does not.

`nginx` is `docker.io/library/nginx:latest`: the registry is Docker Hub, the namespace of official
images is `library`, the tag is `latest`. The first part is a registry only when it has a dot, a
colon, an upper-case letter, or is `localhost`. A digest names exact bytes, a tag is a pointer that
can move: with both, the digest wins.

Grammar: https://github.com/distribution/reference/blob/main/reference.go
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, Self

from regnb.errors import InvalidDigest, InvalidReference
from regnb.oci.digest import Digest

Role = Literal["registry", "namespace", "repository", "tag", "digest"]
DOCKER_HUB = "docker.io"
OFFICIAL_NAMESPACE = "library"
DEFAULT_TAG = "latest"
MAX_NAME_LENGTH = 255

_ALPHANUMERIC = r"[a-z0-9]+"
_SEPARATOR = r"(?:[._]|__|-+)"
_COMPONENT = rf"{_ALPHANUMERIC}(?:{_SEPARATOR}{_ALPHANUMERIC})*"
_DOMAIN_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_HOST = rf"(?:{_DOMAIN_LABEL}(?:\.{_DOMAIN_LABEL})*|\[[0-9a-fA-F:]+\])"

_REPOSITORY = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_REGISTRY = re.compile(rf"{_HOST}(?::[0-9]{{1,5}})?")


@dataclass(frozen=True, slots=True)
class ImageReference:
    """Registry, repository, and a tag, a digest or both.

    `registry` is a host such as `localhost:5000`, `repository` the whole path without it.
    """

    registry: str
    repository: str
    tag: str | None = None
    digest: Digest | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reference written as `text`, with Docker's defaults filled in.

        Raises InvalidReference, whose `reason` says what is wrong and `suggestion` a valid name.
        """
        _refuse_common_mistakes(text)
        rest, digest = _split_digest(text)
        rest, tag = _split_tag(rest)
        registry, repository = _split_registry(rest)
        _check_parts(text, registry, repository, tag)
        if tag is None and digest is None:
            tag = DEFAULT_TAG
        return cls(registry, repository, tag, digest)

    @property
    def reference(self) -> str:
        """The `<reference>` of the registry API: the digest if there is one, else the tag."""
        return self.digest or self.tag or DEFAULT_TAG

    @property
    def name(self) -> str:
        """Registry and repository, without tag or digest, as Docker shows it."""
        if self.registry != DOCKER_HUB:
            return f"{self.registry}/{self.repository}"
        return self.repository.removeprefix(f"{OFFICIAL_NAMESPACE}/")

    @property
    def familiar(self) -> str:
        """The short form that Docker shows: `nginx:latest`."""
        return self.name + self._suffix

    def with_tag(self, tag: str) -> Self:
        """The same repository under `tag`."""
        return replace(self, tag=tag, digest=None)

    @property
    def _suffix(self) -> str:
        return (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")

    def __str__(self) -> str:
        return f"{self.registry}/{self.repository}{self._suffix}"


@lru_cache(maxsize=256)  # a repository is asked for each of its tags
def is_repository(name: str) -> bool:
    """Whether `name` is a valid repository of the registry API."""
    return len(name) <= MAX_NAME_LENGTH and _REPOSITORY.fullmatch(name) is not None


def is_tag(text: str) -> bool:
    """Whether `text` is a valid tag."""
    return _TAG.fullmatch(text) is not None


def _refuse_common_mistakes(text: str) -> None:
    if not text.strip():
        raise InvalidReference(text, "empty")
    if "://" in text:
        raise InvalidReference(text, "has_scheme", text.partition("://")[2])
    if any(character.isspace() for character in text):
        raise InvalidReference(text, "has_space", re.sub(r"\s+", "-", text.strip()))


def _split_digest(text: str) -> tuple[str, Digest | None]:
    rest, at, digest = text.partition("@")
    if not at:
        return rest, None
    try:
        return rest, Digest(digest)
    except InvalidDigest as error:
        raise InvalidReference(text, "bad_digest") from error


def _split_tag(text: str) -> tuple[str, str | None]:
    head, colon, tail = text.rpartition(":")
    if not colon or "/" in tail:
        return text, None
    return head, tail


def _split_registry(text: str) -> tuple[str, str]:
    first, slash, rest = text.partition("/")
    if slash and (first == "localhost" or first != first.lower() or set(first) & {".", ":"}):
        hub = first in {"index.docker.io", "registry-1.docker.io", DOCKER_HUB}
        registry = DOCKER_HUB if hub else first
    else:
        registry, rest = DOCKER_HUB, text
    if registry == DOCKER_HUB and "/" not in rest:
        rest = f"{OFFICIAL_NAMESPACE}/{rest}"
    return registry, rest


def _check_parts(text: str, registry: str, repository: str, tag: str | None) -> None:
    if not _REGISTRY.fullmatch(registry):
        raise InvalidReference(text, "bad_registry")
    if repository != repository.lower():
        lower = ImageReference(registry, repository.lower(), tag)
        raise InvalidReference(text, "has_upper_case", lower.familiar)
    if len(repository) > MAX_NAME_LENGTH:
        raise InvalidReference(text, "too_long")
    if not _REPOSITORY.fullmatch(repository):
        raise InvalidReference(text, "bad_repository")
    if tag is not None and not _TAG.fullmatch(tag):
        raise InvalidReference(text, "bad_tag")


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
