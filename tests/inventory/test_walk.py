"""The walk over all tags: its lists, its order, its pace, and what stops it."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from werkzeug import Request, Response

from regnb.errors import Unauthorized, Unsupported
from regnb.inventory import inventory
from tests.inventory.whole import Whole, arrived, at, limited, manifest, problems, rows
from tests.registry.conftest import OpenClient


def again(request: Request) -> Response:
    names = {"repositories": ["bad"], "tags": ["1"], "name": "bad"}
    return Response(json.dumps(names), headers={"Link": f'<{request.full_path}>; rel="next"'})


def elsewhere(_: Request) -> Response:
    names = {"tags": ["1"], "repositories": ["bad"]}
    return Response(json.dumps(names), headers={"Link": '<http://evil.test/v2/x>; rel="next"'})


BAD_LISTS = {
    "same page again": (again, "circles", True),
    "link to another page": (elsewhere, "404", True),
    "401": (Response("", 401), "401", False),
    "404": (Response("", 404), "404", False),
    "no JSON": (Response("<html>"), "not a JSON object", False),
}


@pytest.mark.parametrize(("answer", "problem", "some"), BAD_LISTS.values(), ids=BAD_LISTS)
def test_bad_list_of_tags_is_told_and_the_rest_arrives(
    open_client: OpenClient, whole: Whole, answer: Any, problem: str, some: bool
) -> None:
    whole.tag("bad", "1", whole.image("bad", created=at(1)))
    whole.answers["GET /v2/bad/tags/list"] = answer
    found = rows(open_client, whole)
    assert problem in problems(found)["bad:"]
    assert arrived(found) == ["bad:1"] * some + ["good:1", "good:2"]


def test_empty_page_with_a_link_goes_on(open_client: OpenClient, whole: Whole) -> None:
    def pages(request: Request) -> Response:
        if "last" in request.args:
            return Response('{"tags": ["1"]}')
        return Response('{"tags": []}', headers={"Link": '<?last=0>; rel="next"'})

    whole.answers["GET /v2/good/tags/list"] = pages
    assert arrived(rows(open_client, whole)) == ["good:1"]


@pytest.mark.parametrize(("answer", "problem"), [(again, "circles"), (elsewhere, "catalogue")])
def test_bad_catalogue_is_told_beside_what_it_gave(
    open_client: OpenClient, whole: Whole, answer: Any, problem: str
) -> None:
    whole.tag("bad", "1", whole.image("bad"))
    whole.answers["GET /v2/_catalog"] = answer
    found = rows(open_client, whole)
    assert problem in problems(found)[":"]
    assert arrived(found) == ["bad:1"]


@pytest.mark.parametrize(("status", "kind"), [(401, Unauthorized), (404, Unsupported)])
def test_registry_without_a_catalogue_is_told(
    open_client: OpenClient, whole: Whole, status: int, kind: type[Exception]
) -> None:
    whole.answers["GET /v2/_catalog"] = Response("", status)
    client = open_client(whole.app())
    with pytest.raises(kind):
        inventory(client)
    assert len(inventory(client, repositories=["good"])) == 2


def test_impossible_names_are_told(open_client: OpenClient, whole: Whole) -> None:
    names = {"repositories": ["BAD NAME", "good"]}
    whole.answers["GET /v2/_catalog"] = Response(json.dumps(names))
    found = rows(open_client, whole)
    assert "bad repository" in problems(found)["BAD NAME:"]
    assert arrived(found) == ["good:1", "good:2"]


def test_empty_registry(open_client: OpenClient) -> None:
    frame = inventory(open_client(Whole().app()))
    assert list(frame.columns)[:3] == ["repository", "tag", "digest"]
    assert frame.empty


def test_rate_limit_is_obeyed(open_client: OpenClient, whole: Whole) -> None:
    content = whole.image("slow", created=at(1))
    whole.tag("slow", "1", limited(manifest(content), 1, "1"))
    started = time.monotonic()
    found = rows(open_client, whole)
    assert time.monotonic() - started >= 1
    assert problems(found) == {}
    assert arrived(found) == ["good:1", "good:2", "slow:1"]


def test_limit_for_hours_ends_the_questions(open_client: OpenClient, whole: Whole) -> None:
    for number in range(50):
        whole.tag("slow", f"{number:02}", limited(Response(""), 99, "21600"))
    app = whole.app()
    found = rows(open_client, app, connections=1)
    assert len(problems(found)) == 50
    assert arrived(found) == ["good:1", "good:2"]
    assert sum("slow/manifests" in line for line in app.lines) == 1


def test_second_run_asks_for_nothing_that_it_knows(
    open_client: OpenClient, whole: Whole, tmp_path: Path
) -> None:
    app = whole.app()
    client = open_client(app)
    first = inventory(client, cache=tmp_path / "cache")
    app.asked.clear()
    assert inventory(client, cache=tmp_path / "cache").equals(first)
    assert sorted(app.lines) == [
        "GET /v2/_catalog?n=1000",
        "GET /v2/good/tags/list",
        "HEAD /v2/good/manifests/1",
        "HEAD /v2/good/manifests/2",
    ]
    app.asked.clear()
    assert inventory(client, cache=tmp_path / "cache", max_age=60).equals(first)
    assert app.lines == []


def test_what_was_read_before_a_stop_is_not_asked_again(
    open_client: OpenClient, whole: Whole, tmp_path: Path
) -> None:
    def stop(_done: int, _known: int) -> None:
        raise KeyboardInterrupt

    app = whole.app()
    client = open_client(app)
    cache = tmp_path / "cache"
    with pytest.raises(KeyboardInterrupt):
        inventory(client, cache=cache, connections=1, on_count=stop)
    with pytest.raises(KeyboardInterrupt):
        inventory(
            client,
            cache=cache,
            connections=1,
            on_count=lambda done, _: stop(0, 0) if done else None,
        )
    app.asked.clear()
    assert len(inventory(client, cache=cache, max_age=60)) == 2
    assert sum("GET" in line and "manifests" in line for line in app.lines) <= 1


def test_progress_is_told(open_client: OpenClient, whole: Whole) -> None:
    counts: list[tuple[int, int]] = []
    inventory(open_client(whole.app()), on_count=lambda *count: counts.append(count))
    assert counts == [(0, 2), (1, 2), (2, 2)]


def test_what_was_read_is_written_on_the_way(
    open_client: OpenClient, whole: Whole, tmp_path: Path
) -> None:
    for number in range(600):
        whole.tag("good", f"same-{number}", whole.tags["good"]["1"])
    written: list[int] = []

    def look(done: int, _known: int) -> None:
        if done > 550 and not written:
            with closing(sqlite3.connect(tmp_path / "cache")) as connection:
                written.append(connection.execute("SELECT count(*) FROM tags").fetchone()[0])

    inventory(open_client(whole.app()), cache=tmp_path / "cache", on_count=look)
    assert written[0] >= 500 - 1  # the first result is the list of tags
