from __future__ import annotations

import json
import socket
import urllib.request

import pytest
from werkzeug.test import Client

from tests.embedded.calls import (
    address_of,
    create,
    inspect,
)

pytestmark = pytest.mark.usefixtures("registry_image")


def test_started_registry_answers_where_it_is_published(api: Client) -> None:
    create(api)
    assert api.post("/containers/registry/start").status_code == 204
    address = address_of(api)
    assert address.startswith("127.0.0.1:")
    with urllib.request.urlopen(f"http://{address}/v2/_catalog") as answer:
        assert json.load(answer) == {"repositories": []}


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
@pytest.mark.parametrize("host", ["::1", "::"])
def test_registry_is_published_on_ipv6(api: Client, host: str) -> None:
    """moby#42288."""
    bindings = {"5000/tcp": [{"HostIp": host, "HostPort": "0"}]}
    create(api, HostConfig={"PortBindings": bindings})
    assert api.post("/containers/registry/start").status_code == 204
    port = address_of(api).rpartition(":")[2]
    with urllib.request.urlopen(f"http://[::1]:{port}/v2/") as answer:
        assert json.load(answer) == {}


def test_life_of_a_container(api: Client) -> None:
    create(api)
    assert inspect(api)["State"]["Status"] == "created"
    assert api.post("/containers/registry/start").status_code == 204
    assert api.post("/containers/registry/start").status_code == 304
    assert inspect(api)["State"]["Running"] is True
    assert api.delete("/containers/registry").status_code == 409
    assert api.post("/containers/registry/stop?t=5").status_code == 204
    assert api.post("/containers/registry/stop").status_code == 304
    assert inspect(api)["State"]["Status"] == "exited"
    assert api.delete("/containers/registry?v=1").status_code == 204
    assert api.get("/containers/registry/json").status_code == 404


def test_list_shows_running_ones_and_with_all_the_others(api: Client) -> None:
    create(api, "one", Labels={"a": "1"})
    create(api, "two")
    api.post("/containers/one/start")
    names = [row["Names"] for row in api.get("/containers/json").json or []]
    assert names == [["/one"]]
    every = api.get("/containers/json?all=1").json or []
    assert [row["Names"] for row in every] == [["/two"], ["/one"]]
    assert every[0]["Status"] == "Created"
    assert every[1]["Status"].startswith("Up ")


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"name": ["on"]}, ["/one"]),
        ({"label": ["a=1"]}, ["/one"]),
        ({"label": ["a=2"]}, []),
        ({"status": ["created"]}, ["/two", "/one"]),
        ({"ancestor": ["registry:2"]}, ["/two", "/one"]),
        ({"volume": ["data"]}, ["/two"]),
        ({"before": ["two"]}, ["/one"]),
    ],
)
def test_list_filters(api: Client, filters: dict[str, list[str]], names: list[str]) -> None:
    create(api, "one", Labels={"a": "1"})
    create(api, "two", HostConfig={"Binds": ["data:/var/lib/registry"]})
    query = {"all": "1", "filters": json.dumps(filters)}
    rows = api.get("/containers/json", query_string=query).json or []
    assert [row["Names"][0] for row in rows] == names


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (
            {"Name": "sometimes"},
            (
                "invalid restart policy: unknown policy 'sometimes'; use one of 'no', 'always', "
                "'on-failure', or 'unless-stopped'"
            ),
        ),
        (
            {"Name": "on-failure", "MaximumRetryCount": -1},
            "invalid restart policy: maximum retry count cannot be negative",
        ),
        (
            {"Name": "always", "MaximumRetryCount": 3},
            "invalid restart policy: maximum retry count can only be used with 'on-failure'",
        ),
    ],
)
def test_restart_policy_that_makes_no_sense(
    api: Client, policy: dict[str, object], message: str
) -> None:
    body = {"Image": "registry:2", "HostConfig": {"RestartPolicy": policy}}
    response = api.post("/containers/create", json=body)
    assert (response.status_code, response.json) == (400, {"message": message})
