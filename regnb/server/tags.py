"""end-8a and end-8b: the tags of a repository."""

from __future__ import annotations

from regnb.server.json import json_response
from regnb.server.paging import page_of
from regnb.server.registry import Registry, Request, Response


def list_tags(registry: Registry, request: Request, name: str) -> Response:
    """Answer the sorted tags, all of them or a page.

    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags
    """
    if registry.pull_through:
        tags = registry.pull_through.tags(registry.repository(name))
    else:
        tags = registry.existing(name).tag_index().sorted_tags
    page = page_of(request, tags)
    return json_response({"name": name, "tags": page.entries}, headers=page.headers)
