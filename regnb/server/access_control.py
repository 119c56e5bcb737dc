"""Who may do what: the interface of `htpasswd` and `token`, and what a request asks for.

https://distribution.github.io/distribution/spec/auth/scope/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from werkzeug.wrappers import Request

from regnb.oci.reference import is_repository


class ResourceActions(NamedTuple):
    """Actions on one thing: `repository`, `w3`, `("pull", "push")`."""

    kind: str
    name: str
    actions: tuple[str, ...]

    @property
    def scope(self) -> str:
        """As a challenge writes it."""
        return f"{self.kind}:{self.name}:{','.join(self.actions)}"


class Guard(Protocol):
    """Lets requests in."""

    def user_of(self, request: Request, wanted: list[ResourceActions]) -> str:
        """Name of the user; raises Problem with UNAUTHORIZED when not all is allowed."""


class Everybody:
    """Lets everybody do everything."""

    def user_of(self, request: Request, wanted: list[ResourceActions]) -> str:  # noqa: ARG002 - nobody is asked
        """Nobody in particular."""
        return ""


def wanted_by(request: Request, name: str | None) -> list[ResourceActions]:
    """What `request`, on the repository `name` if it is on one, asks for."""
    if name is None:
        is_list = request.path.endswith("_catalog")
        return [ResourceActions("registry", "catalog", ("*",))] if is_list else []
    return [
        ResourceActions("repository", name, _ACTIONS.get(request.method, ("pull",))),
        *_source(request),
    ]


_ACTIONS = {
    "POST": ("pull", "push"),
    "PUT": ("pull", "push"),
    "PATCH": ("pull", "push"),
    "DELETE": ("delete",),
}


def _source(request: Request) -> Iterator[ResourceActions]:
    source = request.args.get("from", "") if request.method == "POST" else ""
    if is_repository(source):
        yield ResourceActions("repository", source, ("pull",))
