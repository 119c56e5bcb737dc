"""What the people who run a registry ask it: is it well, and what does it do."""

from __future__ import annotations

from regnb.server.problems import UNHEALTHY, Problem
from regnb.server.registry import Registry, Request, Response


def get_health(registry: Registry, request: Request) -> Response:  # noqa: ARG001
    """Answer 200 when the storage can be written and read, else 503.

    https://distribution.github.io/distribution/about/configuration/#health
    """
    try:
        registry.storage.check()
    except OSError as error:
        raise Problem(UNHEALTHY, {"storage": error.strerror}) from error
    return Response("{}", content_type="application/json; charset=utf-8")


def get_metrics(registry: Registry, request: Request) -> Response:  # noqa: ARG001
    """Answer the numbers for Prometheus.

    https://distribution.github.io/distribution/about/configuration/#prometheus
    """
    content, content_type = registry.metrics.exposition()
    return Response(content, content_type=content_type)
