from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from werkzeug import Response

from regnb.errors import NotFound
from regnb.registry import Exchange, RegistryClient
from tests.registry.apps import REGISTRY, TableApp, serve
from tests.registry.conftest import OpenClient


def test_exchanges_are_told_with_their_headers(open_client: OpenClient) -> None:
    told: list[Exchange] = []
    app = TableApp({"GET /v2/": Response("", headers=REGISTRY)})
    client = open_client(app, on_exchange=told.append)
    client.ping()
    with pytest.raises(NotFound):
        client.get_manifest("w3", "1.0")
    assert [(item.method, item.status) for item in told] == [("GET", 200), ("GET", 404)]
    assert told[0].url == f"{client.url}/v2/"
    assert told[0].response_headers["docker-distribution-api-version"] == "registry/2.0"
    assert "vnd.oci" in told[1].request_headers["Accept"]
    assert all(item.duration > 0 for item in told)


def test_client_serves_many_threads() -> None:
    app = TableApp(
        {f"GET /v2/r{n}/tags/list": Response(f'{{"tags": ["{n}"]}}') for n in range(200)}
    )
    names = [f"r{n}" for n in range(200)]
    with serve(app) as url, RegistryClient(url) as client, ThreadPoolExecutor(16) as pool:
        assert list(pool.map(client.list_tags, names)) == [[str(n)] for n in range(200)]
