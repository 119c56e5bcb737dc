"""end-1: whether this is a registry."""

from __future__ import annotations

from regnb.server.registry import Registry, Request, Response


def ping(registry: Registry, request: Request) -> Response:  # noqa: ARG001 - the answer is the same for all
    """Answer 200 with an empty object.

    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#determining-support
    """
    return Response("{}", content_type="application/json; charset=utf-8")
