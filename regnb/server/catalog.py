"""The names of the repositories: Docker's, not the specification's."""

from __future__ import annotations

from regnb.server.json import json_response
from regnb.server.paging import page_of
from regnb.server.registry import Registry, Request, Response

DEFAULT_PAGE = 100


def list_repositories(registry: Registry, request: Request) -> Response:
    """Answer the sorted names of the repositories that hold a manifest, by pages of 100.

    https://distribution.github.io/distribution/spec/api/#catalog
    """
    page = page_of(request, registry.storage.repositories(), DEFAULT_PAGE)
    return json_response({"repositories": page.entries}, headers=page.headers)
