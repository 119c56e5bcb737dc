from __future__ import annotations

import json

import pytest
from werkzeug.test import Client

from tests.embedded.calls import (
    create,
)

pytestmark = pytest.mark.usefixtures("registry_image")

BAD_PORT = json.dumps(
    {"Image": "registry:2", "HostConfig": {"PortBindings": {"5000/tcp": [{"HostPort": "x"}]}}}
).encode()


def host_config(**fields: object) -> bytes:
    return json.dumps({"Image": "registry:2", "HostConfig": fields}).encode()


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"{}", "text/plain", 400),
        (b"{}", "application/json", 400),
        (b'{"Image": "nosuch"}', "application/json", 404),
        (b'{"Image": "registry:2", "Env": "a=b"}', "application/json", 400),
        (b'{"Image": "registry:2", "HostConfig": []}', "application/json", 400),
        (BAD_PORT, "application/json", 400),
        (
            b'{"Image": "registry:2", "HostConfig": {"Binds": ["/only-one"]}}',
            "application/json",
            400,
        ),
        (b'{"Image": "registry:2", "ExposedPorts": {"web": {}}}', "application/json", 400),
        (b'{"Image": "registry:2", "Labels": {"a": 1}}', "application/json", 400),
        (host_config(PortBindings={"5000/tcp": ["5000"]}), "application/json", 400),
        (host_config(PortBindings={"5000/tcp": [{"HostPort": 5000}]}), "application/json", 400),
        (host_config(PortBindings={"web": [{"HostPort": "5000"}]}), "application/json", 400),
        (host_config(Mounts=["/data"]), "application/json", 400),
        (host_config(Binds=[1]), "application/json", 400),
        (host_config(RestartPolicy={"MaximumRetryCount": "x"}), "application/json", 400),
    ],
    ids=range(17),
)
def test_malformed_body_is_refused(api: Client, body: bytes, kind: str, status: int) -> None:
    response = api.post("/containers/create", data=body, content_type=kind)
    assert response.status_code == status
    assert response.json is not None
    assert response.json["message"]


@pytest.mark.parametrize(
    "path",
    [
        "containers/registry/stop?t=nan",
        "containers/registry/restart?t=1e3",
        "containers/registry/stop?t=99999999999999999999",
    ],
)
def test_number_that_is_none_is_refused(api: Client, path: str) -> None:
    create(api)
    assert api.post(path).status_code == 400
    assert api.get("containers/json?limit=inf").status_code == 400


CHUNKED = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}


@pytest.mark.parametrize("chunked", [{}, CHUNKED])
def test_body_of_a_request_has_an_end(api: Client, chunked: dict[str, object]) -> None:
    content = b'{"Image": "%s"}' % (b"a" * 5_000_000)
    answer = api.post(
        "/containers/create",
        data=content,
        content_type="application/json",
        environ_overrides=chunked,
    )
    assert answer.status_code == 413
