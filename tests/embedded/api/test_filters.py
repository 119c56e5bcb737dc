"""Filters, with the values and words that dockerd 28.5 gave for the same requests."""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.test import Client

from regnb.embedded.api.filters import Filters
from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.refusal import Refusal
from regnb.oci import ImageReference
from tests.embedded.calls import lines, pull
from tests.embedded.images import add_image


def ask(api: Client, method: str, path: str, **filters: list[str]) -> tuple[int, Any]:
    answer = api.open(path, method=method, query_string={"filters": json.dumps(filters)})
    return answer.status_code, answer.json


def names_left(api: Client) -> list[str]:
    rows = api.get("/containers/json?all=1").json or []
    return sorted(row["Names"][0].removeprefix("/") for row in rows)


def volumes_left(api: Client) -> list[str]:
    found = api.get("/volumes").json or {}
    return [volume["Name"] for volume in found["Volumes"]]


@pytest.fixture
def labelled(api: Client, engine: EmbeddedEngine) -> Client:
    add_image(engine.images, name="one")
    labels = {"p1": {"a": "1"}, "p2": {"a": "2"}, "p3": {"z": "1"}, "p4": {"a": "1", "z": "1"}}
    for name, wanted in {**labels, "p5": {}}.items():
        made = api.post(f"/containers/create?name={name}", json={"Image": "one", "Labels": wanted})
        assert made.status_code == 201
    return api


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ({"label!": ["a"]}, ["p1", "p2", "p4"]),
        ({"label!": ["a", "z"]}, ["p4"]),
        ({"label": ["a"], "label!": ["a=1"]}, ["p1", "p3", "p4", "p5"]),
        ({"label!": ["a=1"]}, ["p1", "p4"]),
        ({"label!": ["nosuch"], "until": ["10h"]}, ["p1", "p2", "p3", "p4", "p5"]),
        ({"label!": []}, ["p1", "p2", "p3", "p4", "p5"]),
        ({"until": ["2001-01-01"]}, ["p1", "p2", "p3", "p4", "p5"]),
        ({"until": ["-5h"]}, []),
    ],
)
def test_container_prune_keeps_what_is_labelled(
    labelled: Client, filters: dict[str, list[str]], left: list[str]
) -> None:
    """moby#30740."""
    assert ask(labelled, "POST", "/containers/prune", **filters)[0] == 200
    assert names_left(labelled) == left


def test_image_prune_keeps_what_is_labelled(api: Client, engine: EmbeddedEngine) -> None:
    """moby#30740."""
    keep = add_image(engine.images, b"a", Labels={"keep": "yes"})
    add_image(engine.images, b"b")
    ask(api, "POST", "/images/prune", **{"label!": ["keep"]})
    assert [one.image_id for one in engine.images.images()] == [keep.image_id]


def test_volume_prune_keeps_what_is_labelled(api: Client) -> None:
    """moby#30740."""
    for name, labels in (("x1", {"a": "1"}), ("x2", {"a": "2"}), ("x3", {})):
        api.post("/volumes/create", json={"Name": name, "Labels": labels})
    ask(api, "POST", "/volumes/prune", **{"label!": ["a=1"]})
    assert volumes_left(api) == ["x1", "x2", "x3"]
    ask(api, "POST", "/volumes/prune", **{"label!": ["a=1"], "all": ["t"]})
    assert volumes_left(api) == ["x1"]


NO_DATE = 'failed to parse value as time or duration: "x"'
ONE_UNTIL = "more than one until filter specified"


@pytest.mark.parametrize(
    ("method", "path", "filters", "message"),
    [
        ("POST", "/containers/prune", {"name": ["r"]}, "invalid filter 'name'"),
        ("POST", "/containers/prune", {"until": ["x"]}, NO_DATE),
        ("POST", "/containers/prune", {"until": ["1h", "2h"]}, ONE_UNTIL),
        ("POST", "/images/prune", {"all": ["x"]}, "invalid filter 'all'"),
        ("POST", "/images/prune", {"dangling": ["x"]}, "invalid filter 'dangling=[x]'"),
        ("POST", "/images/prune", {"dangling": []}, "invalid filter 'dangling'"),
        ("POST", "/images/prune", {"until": ["1h", "2h"]}, ONE_UNTIL),
        ("POST", "/volumes/prune", {"until": ["1h"]}, "invalid filter 'until'"),
        (
            *("POST", "/volumes/prune", {"all": ["x"]}),
            "invalid filter 'all': strconv.ParseBool: parsing \"x\": invalid syntax",
        ),
        (
            *("POST", "/volumes/prune", {"all": ["1", "0"]}),
            "invalid filter 'all=[0 1]': only one value is expected",
        ),
        ("POST", "/networks/prune", {"dangling": ["1"]}, "invalid filter 'dangling'"),
        ("POST", "/networks/prune", {"until": ["x"]}, NO_DATE),
        (
            *("POST", "/build/prune", {"nosuch": ["x"]}),
            "failed to prune build cache: invalid filter 'nosuch'",
        ),
        ("GET", "/images/json", {"label!": ["a"]}, "invalid filter 'label!'"),
        ("GET", "/images/json", {"dangling": ["True"]}, "invalid filter 'dangling=[True]'"),
        (
            *("GET", "/images/json", {"dangling": ["true", "false"]}),
            "invalid filter 'dangling=[false true]'",
        ),
        ("GET", "/images/json", {"until": ["x"]}, NO_DATE),
        ("GET", "/images/json", {"before": ["nosuch"]}, "No such image: nosuch:latest"),
        ("GET", "/volumes", {"label!": ["a"]}, "invalid filter 'label!'"),
        ("GET", "/volumes", {"scope": ["local"]}, "invalid filter 'scope'"),
        ("GET", "/volumes", {"dangling": ["x"]}, "invalid filter 'dangling=[x]'"),
        ("GET", "/networks", {"idOrName": ["x"]}, "invalid filter 'idOrName'"),
        ("GET", "/networks", {"type": ["x"]}, "invalid filter: 'type'='x'"),
        (
            *("GET", "/networks", {"dangling": ["x"]}),
            'invalid value for filter \'dangling\', must be "true" (or "1"), or "false" (or "0")',
        ),
        (
            *("GET", "/networks", {"dangling": ["true", "false"]}),
            'got more than one value for filter key "dangling"',
        ),
        ("GET", "/plugins", {"nosuch": ["x"]}, "invalid filter 'nosuch'"),
    ],
)
def test_what_is_no_filter_is_refused_in_moby_words(
    api: Client, method: str, path: str, filters: dict[str, list[str]], message: str
) -> None:
    """docker/cli#6369: a filter that is taken and not applied."""
    status, answer = ask(api, method, path, **filters)
    assert (status >= 400, answer) == (True, {"message": message})


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "1",
        '"a"',
        " ",
        "0",
        "false",
        '{"name":"r1"}',
        '{"name":{"r1":1}}',
        '{"name":[1]}',
    ],
)
def test_another_form_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match=r"^invalid filter$"):
        Filters.parse(text, ("name",))


@pytest.mark.parametrize("text", ["", "null", "{}", '{"name":null}', '{"name":{"r1":true}}'])
def test_forms_of_older_clients_are_read(text: str) -> None:
    assert Filters.parse(text, ("name",)).get("name", []) in ([], ["r1"])


FOO = ["foo:1", "foo:2", "foo:latest"]
PORT = "localhost:5000/w3:1.0"
OFFICIAL = [*FOO, "nginx:latest"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        *(("foo", FOO), ("foo:1", ["foo:1"]), ("foo:*", FOO), ("foo:?", ["foo:1", "foo:2"])),
        *(
            ("*", OFFICIAL),
            ("*:*", OFFICIAL),
            ("**", OFFICIAL),
            ("*/*", [PORT]),
            ("*:1", ["foo:1"]),
        ),
        *(
            ("*:1", ["foo:1"]),
            ("*/*/*", ["a/b/c:1"]),
            ("a/*/c", ["a/b/c:1"]),
            ("a/b", []),
            ("a/**", []),
        ),
        *(("f*", FOO), ("f?o", FOO), ("[ef]oo", FOO), ("[^f]oo", []), ("[a-g]oo:1", ["foo:1"])),
        *(
            ("[z-a]oo", []),
            ("[^z-a]oo", FOO),
            ("[\\f]oo", FOO),
            ("\\foo", FOO),
            ("{foo,nginx}", []),
        ),
        *(("nginx", ["nginx:latest"]), ("library/nginx", []), ("docker.io/library/nginx", [])),
        *(("localhost:5000/w3", [PORT]), ("localhost*/w3", [PORT]), ("localhost*", []), ("w3", [])),
        *(
            ("*:1.0", []),
            ("{foo,nginx}", []),
            ("*/w3", [PORT]),
            ("foo:", []),
            ("", []),
            ("FOO", []),
        ),
    ],
)
def test_patterns_are_of_the_name_that_docker_shows(pattern: str, found: list[str]) -> None:
    """moby#36196."""
    names = [ImageReference.parse(one) for one in (*OFFICIAL, PORT, "a/b/c:1")]
    wanted = Filters({"reference": [pattern]}).named(names)
    assert [one.familiar for one in wanted] == found


@pytest.mark.parametrize("pattern", ["[", "a[", "[]a]", "[a-]", "[^]", "foo\\"])
def test_broken_pattern_is_told(pattern: str) -> None:
    with pytest.raises(Refusal, match=r"^syntax error in pattern$"):
        Filters({"reference": [pattern]}).named([])


def test_list_shows_the_names_that_fit(api: Client) -> None:
    """moby#36196."""
    pull(api, "nginx")
    api.post("/images/nginx/tag?repo=foo&tag=1")
    _, rows = ask(api, "GET", "/images/json", reference=["nginx:latest"])
    assert [(row["RepoTags"], row["RepoDigests"]) for row in rows] == [(["nginx:latest"], [])]
    digest = next(iter(ask(api, "GET", "/images/json")[1]))["RepoDigests"][0]
    _, rows = ask(api, "GET", "/images/json", reference=[digest])
    assert [(row["RepoTags"], row["RepoDigests"]) for row in rows] == [([], [digest])]
    assert ask(api, "GET", "/images/json", reference=[])[1] == []


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"name": ["^v1$"]}, ["v1"]),
        ({"name": ["v."]}, ["v1", "v2"]),
        ({"name": ["["]}, []),
        ({"driver": ["loc"]}, []),
        ({"driver": ["nfs", "local"]}, ["data", "v1", "v2"]),
        ({"label": ["a=1", "b=3"]}, []),
        ({"dangling": ["0"]}, ["data"]),
        ({"dangling": ["1"]}, ["v1", "v2"]),
    ],
)
def test_volume_filters(
    api: Client, engine: EmbeddedEngine, filters: dict[str, list[str]], found: list[str]
) -> None:
    add_image(engine.images, name="one")
    api.post("/volumes/create", json={"Name": "v1", "Labels": {"a": "1", "b": "2"}})
    api.post("/volumes/create", json={"Name": "v2"})
    fields = {"Image": "one", "HostConfig": {"Binds": ["data:/data"]}}
    api.post("/containers/create", json=fields)
    _, answer = ask(api, "GET", "/volumes", **filters)
    assert [volume["Name"] for volume in answer["Volumes"]] == found


EVERY = ["bridge", "host", "none"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        *(({"name": ["o"]}, ["host", "none"]), ({"name": ["^bridge$"]}, ["bridge"])),
        *(({"driver": ["bri"]}, []), ({"driver": ["null"]}, ["none"]), ({"scope": ["loc"]}, [])),
        *(({"type": ["builtin"]}, EVERY), ({"type": ["custom"]}, []), ({"label": ["x"]}, [])),
        *(({"dangling": ["true"]}, []), ({"dangling": ["false"]}, EVERY), ({"id": ["zz"]}, [])),
        *(({"type": ["custom", "builtin"]}, EVERY), ({"name": ["b"], "driver": ["host"]}, [])),
    ],
)
def test_network_filters(api: Client, filters: dict[str, list[str]], found: list[str]) -> None:
    _, networks = ask(api, "GET", "/networks", **filters)
    assert [network["Name"] for network in networks] == found


@pytest.mark.parametrize(
    ("filters", "actions"),
    [
        ({"type": ["imag"]}, set()),
        ({"event": ["crea"]}, set()),
        ({"scope": ["swarm"]}, set()),
        ({"container": ["p"]}, {"create"}),
        ({"container": ["p1"], "image": ["foo"]}, set()),
        ({"image": ["nginx"]}, {"pull", "create"}),
        ({"image": ["ngin"]}, set()),
        ({"image": ["foo:1"]}, {"tag"}),
        ({"image": ["foo"]}, {"tag"}),
        ({"daemon": ["x"]}, set()),
        ({"label": ["a=1"]}, {"create"}),
    ],
)
def test_event_filters(api: Client, filters: dict[str, list[str]], actions: set[str]) -> None:
    pull(api, "nginx")
    api.post("/images/nginx/tag?repo=foo&tag=1")
    api.post("/containers/create?name=p1", json={"Image": "nginx", "Labels": {"a": "1"}})
    query = {"since": "1", "until": "0s", "filters": json.dumps(filters)}
    told = lines(api.get("/events", query_string=query).data)
    assert {line["Action"] for line in told} == actions
