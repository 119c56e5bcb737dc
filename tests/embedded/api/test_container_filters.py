"""The filters of `docker ps`, with what dockerd 28.5 gave for the same containers."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

import pytest
from werkzeug.test import Client

from tests.embedded.calls import pull

STATES = "created, running, paused, restarting, removing, exited, dead"
HEALTH = "must be one of none, starting, healthy, unhealthy"
LOOK = "error while looking up for"
Filters: TypeAlias = dict[str, list[str]]


@pytest.fixture
def five(api: Client) -> Client:
    """Two containers that run, two that never did, one that ended."""
    pull(api, "registry", "2.6")
    pull(api, "nginx")
    published = {"PortBindings": {"5000/tcp": [{"HostPort": "0"}]}}
    create(api, "r1", Labels={"a": "1", "b": "x"}, HostConfig=published)
    create(api, "r10", Labels={"a": "2"}, HostConfig=published)
    bind = {"Binds": ["data:/var/lib/registry"], "PortBindings": {"5000/tcp": [{"HostPort": "1"}]}}
    create(api, "made", HostConfig=bind)
    create(api, "bare", Image="nginx")
    create(api, "gone")
    for name in ("r1", "r10", "gone"):
        api.post(f"/containers/{name}/start")
    api.post("/containers/gone/kill")
    api.post("/containers/gone/wait")
    return api


def create(api: Client, name: str, **fields: Any) -> None:
    body = {"Image": "registry:2.6"} | fields
    assert api.post(f"/containers/create?name={name}", json=body).status_code == 201


def listing(api: Client, filters: Filters, every: str = "1") -> Any:
    query = {"all": every, "filters": json.dumps(filters)}
    return api.get("/containers/json", query_string=query).json


def shown(api: Client, filters: Filters, every: str = "1") -> list[str]:
    return [row["Names"][0][1:] for row in listing(api, filters, every)]


ALL = ["gone", "bare", "made", "r10", "r1"]
RUN = ["r10", "r1"]
# Each filter and what it leaves: one engine is asked all of them.
CASES: list[tuple[Filters, list[str]]] = [
    *(({"name": ["^r1$"]}, ["r1"]), ({"name": ["^/r1$"]}, ["r1"]), ({"name": ["/r1"]}, RUN)),
    *(({"name": ["r.$"]}, ["bare", "r1"]), ({"name": ["["]}, []), ({"name": ["R1"]}, [])),
    *(({"name": ["r1", "made"]}, ["made", *RUN]), ({"name": [""]}, ALL)),
    ({"name": []}, ALL),
    *(({"name": ["(?i)R1$"]}, ["r1"]), ({"name": [r"\d+"]}, RUN)),
    *(({"id": ["z"]}, []), ({"id": ["["]}, []), ({"id": [""]}, [])),
    *(({"label": ["a=1", "b=x"]}, ["r1"]), ({"label": ["a="]}, []), ({"label": [""]}, [])),
    *(({"status": ["created", "running"]}, ["bare", "made", *RUN]), ({"status": ["dead"]}, [])),
    *(({"exited": ["+137"]}, ["gone"]), ({"exited": ["0137"]}, ["gone"]), ({"exited": ["0"]}, [])),
    *(({"health": ["none"]}, ALL), ({"health": ["healthy"]}, [])),
    *(({"publish": ["5000"]}, []), ({"publish": ["1"]}, []), ({"publish": ["5000/xyz"]}, [])),
    *(({"expose": ["5000"]}, RUN), ({"expose": ["4999-5001"]}, RUN), ({"expose": ["80"]}, [])),
    *(({"expose": ["5000/udp"]}, []), ({"publish": ["1"], "expose": ["5000"]}, RUN)),
    *(({"ancestor": ["nginx"]}, ["bare"]), ({"ancestor": ["nosuch"]}, [])),
    ({"ancestor": []}, []),
    *(({"ancestor": ["docker.io/library/nginx:latest"]}, ["bare"]), ({"ancestor": ["BAD!"]}, [])),
    *(({"before": ["r10"]}, ["r1"]), ({"since": ["made"], "before": ["gone"]}, ["bare"])),
    *(({"volume": ["data"]}, ["made"]), ({"volume": ["dat"]}, []), ({"volume": [""]}, [])),
    *(({"network": ["bridge"]}, ALL), ({"network": ["bri"]}, []), ({"network": [""]}, ALL)),
    *(({"is-task": ["true"]}, []), ({"is-task": ["0"]}, ALL), ({"isolation": ["hyperv"]}, ALL)),
]


def test_filters_leave_what_docker_leaves(five: Client) -> None:
    """docker/cli#2867, moby#32016."""
    found = [(filters, shown(five, filters)) for filters, _ in CASES]
    assert found == CASES


def test_published_port_is_that_of_the_machine(five: Client) -> None:
    """moby#27178."""
    port = listing(five, {"name": ["^r1$"]})[0]["Ports"][0]["PublicPort"]
    assert shown(five, {"publish": [str(port)]}) == ["r1"]
    assert shown(five, {"publish": [f"{port}/udp"]}) == []
    assert "r1" in shown(five, {"publish": [f"{port - 1}-{port + 1}/tcp"]})


def test_id_is_the_beginning_of_one(five: Client) -> None:
    identity = str(listing(five, {"name": ["^r1$"]})[0]["Id"])
    assert shown(five, {"id": [identity[:10]]}) == ["r1"]
    assert shown(five, {"id": [identity[1:12]]}) == []
    assert shown(five, {"id": [f"^{identity[:10]}"]}) == []
    assert shown(five, {"id": [identity[:10]], "name": ["made"]}) == []


def test_only_a_state_shows_what_does_not_run(five: Client) -> None:
    assert shown(five, {"status": ["exited"]}, "0") == ["gone"]
    for filters in ({"exited": ["137"]}, {"name": ["made"]}, {"volume": ["data"]}):
        assert shown(five, filters, "0") == []


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"label!": ["a"]}, "invalid filter 'label!'"),
        (
            {"status": ["up"]},
            f"invalid filter 'status=up': invalid value for state (up): must be one of {STATES}",
        ),
        (
            {"health": ["sick"]},
            f"invalid filter 'health=sick': invalid value for health (sick): {HEALTH}",
        ),
        (
            {"exited": ["1.5"]},
            "invalid filter 'exited=1.5': strconv.Atoi: parsing \"1.5\": invalid syntax",
        ),
        (
            {"publish": ["x"]},
            f'{LOOK} publish x: strconv.ParseUint: parsing "x": invalid syntax',
        ),
        (
            {"publish": ["99999"]},
            f'{LOOK} publish 99999: strconv.ParseUint: parsing "99999": value out of range',
        ),
        (
            {"publish": ["6000-5000"]},
            f"{LOOK} publish 6000-5000: Invalid range specified for the Port: 6000-5000",
        ),
        ({"publish": ["/"]}, f"{LOOK} publish /: Empty string specified for ports."),
        ({"expose": ["a:b"]}, "filter for 'expose' should not contain ':': a:b"),
        ({"before": ["nosuch"]}, "No such container: nosuch"),
        ({"since": [""]}, "No such container: "),
        ({"is-task": ["maybe"]}, "invalid filter 'is-task=[maybe]'"),
        ({"is-task": []}, "invalid filter 'is-task'"),
        ({"reference": ["x"]}, "invalid filter 'reference'"),
    ],
)  # fmt: skip
def test_what_is_no_value_is_refused_in_moby_words(
    api: Client, filters: Filters, message: str
) -> None:
    assert listing(api, filters) == {"message": message}
