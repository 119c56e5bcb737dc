from __future__ import annotations

import json
import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from werkzeug import Request, Response

from regnb.compression import zstd
from regnb.errors import Unauthorized, Unsupported
from regnb.inventory import inventory
from regnb.oci import Digest, media_types
from regnb.oci.descriptor import ATTESTATION, REFERENCE_TYPE
from tests.inventory.whole import Whole, manifest, platform
from tests.registry.apps import TableApp
from tests.registry.conftest import OpenClient

VERBS = ("GET", "HEAD")
ATTESTED = {"annotations": {REFERENCE_TYPE: ATTESTATION}, **platform("unknown/unknown")}


@pytest.fixture
def whole() -> Whole:
    """Two repositories: `good` has the images 1 and 2, on the same base."""
    whole = Whole()
    base = whole.layer("base", 1000)
    whole.tag("good", "1", whole.image("good", base, whole.layer("one", 10), created=at(1)))
    whole.tag("good", "2", whole.image("good", base, whole.layer("two", 20), created=at(2)))
    return whole


def at(day: int) -> str:
    return f"2024-01-0{day}T00:00:00Z"


def rows(open_client: OpenClient, whole: Whole | TableApp, **options: Any) -> list[dict[str, Any]]:
    app = whole.app() if isinstance(whole, Whole) else whole
    frame = inventory(open_client(app), **options)
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def problems(found: list[dict[str, Any]]) -> dict[str, str]:
    return {f"{row['repository']}:{row['tag']}": row["problem"] for row in found if row["problem"]}


def arrived(found: list[dict[str, Any]]) -> list[str]:
    return [f"{row['repository']}:{row['tag']}" for row in found if row["digest"]]


def test_facts_of_an_image(open_client: OpenClient, whole: Whole) -> None:
    first, second = rows(open_client, whole)
    config = first["size_bytes"] - 1010
    assert first == {
        "repository": "good",
        "tag": "1",
        "digest": Digest.of(whole.app().answers["GET /v2/good/manifests/1"].data),  # type: ignore[union-attr]
        "media_type": media_types.OCI_MANIFEST,
        "platforms": ("linux/amd64",),
        "created": datetime(2024, 1, 1, tzinfo=UTC),
        "size_bytes": 1010 + config,
        "layers": 2,
        "unique_bytes": 10 + config,
        "shared_bytes": 1000,
        "problem": "",
    }
    assert (second["tag"], second["shared_bytes"]) == ("2", 1000)
    assert 60 < config < 200


def test_two_tags_of_an_image_share_all_of_it(open_client: OpenClient, whole: Whole) -> None:
    whole.tag("good", "latest", whole.tags["good"]["2"])
    found = {row["tag"]: row for row in rows(open_client, whole)}
    assert found["latest"]["digest"] == found["2"]["digest"]
    assert found["latest"]["unique_bytes"] == 0
    assert found["latest"]["shared_bytes"] == found["2"]["size_bytes"]


def test_index_has_the_facts_of_all_its_images(open_client: OpenClient, whole: Whole) -> None:
    base = whole.layer("base", 1000)
    amd = whole.image("multi", base, whole.layer("amd", 1), created=at(3))
    arm = whole.image("multi", base, whole.layer("arm", 2), created=at(4), architecture="arm64")
    note = whole.image("multi", whole.layer("note", 5), created=at(9))
    entries = (amd, platform("linux/amd64")), (arm, platform("linux/arm64")), (note, ATTESTED)
    whole.tag("multi", "1", whole.index("multi", *entries))
    row = rows(open_client, whole)[-1]
    configs = sum(json.loads(content)["config"]["size"] for content in (amd, arm, note))
    assert row["media_type"] == media_types.OCI_INDEX
    assert row["platforms"] == ("linux/amd64", "linux/arm64")
    assert row["created"] == datetime(2024, 1, 4, tzinfo=UTC)
    assert (row["layers"], row["problem"]) == (3, "")
    assert row["size_bytes"] == 1000 + 1 + 2 + 5 + configs
    assert row["shared_bytes"] == 1000


def test_entry_without_platform_has_that_of_its_config(
    open_client: OpenClient, whole: Whole
) -> None:
    image = whole.image("multi", architecture="riscv64")
    whole.tag("multi", "1", whole.index("multi", (image, {})))
    row = rows(open_client, whole)[-1]
    assert (row["platforms"], row["problem"]) == (("linux/riscv64",), "")


def test_index_in_an_index_is_read_too(open_client: OpenClient, whole: Whole) -> None:
    inner = whole.index("multi", (whole.image("multi"), platform("linux/amd64")))
    whole.tag("multi", "1", whole.index("multi", (inner, {})))
    row = rows(open_client, whole)[-1]
    assert (row["platforms"], row["problem"]) == (("linux/amd64",), "")


def test_indexes_without_end_are_told(open_client: OpenClient, whole: Whole) -> None:
    content = whole.index("multi", (whole.image("multi"), platform("linux/amd64")))
    for _ in range(10):
        content = whole.index("multi", (content, {}))
    whole.tag("multi", "1", content)
    found = rows(open_client, whole)
    assert "more than can be read" in problems(found)["multi:1"]
    assert arrived(found) == ["good:1", "good:2", "multi:1"]


def test_platform_that_is_missing_is_told(open_client: OpenClient, whole: Whole) -> None:
    there, gone = whole.image("multi", created=at(1)), whole.image("multi", created=at(2))
    entries = (gone, platform("linux/arm64")), (there, platform("linux/amd64"))
    whole.tag("multi", "1", whole.index("multi", *entries))
    del whole.answers[f"GET /v2/multi/manifests/{Digest.of(gone)}"]
    found = rows(open_client, whole)
    assert "404" in problems(found)["multi:1"]
    assert found[-1]["platforms"] == ("linux/amd64",)


def test_artifact_is_no_image(open_client: OpenClient, whole: Whole) -> None:
    document = json.loads(whole.image("chart", whole.layer("chart", 7)))
    document["config"]["mediaType"] = "application/vnd.cncf.helm.config.v1+json"
    whole.answers = {key: one for key, one in whole.answers.items() if "chart" not in key}
    whole.tag("chart", "1", json.dumps(document).encode())
    row = rows(open_client, whole)[0]
    assert (row["platforms"], row["layers"], row["problem"]) == ((), 1, "")


SCHEMA1 = b'{"schemaVersion": 1, "name": "bad", "tag": "1", "fsLayers": [], "history": []}'
ODD_DIGEST = {"Docker-Content-Digest": Digest.of(b"the part that is signed")}
BAD_TAGS = {
    "vanished": (Response("", 404), "404"),
    "no JSON": (Response("<html>", content_type=media_types.OCI_MANIFEST), "not JSON"),
    "no object": (Response("[]", content_type=media_types.OCI_MANIFEST), "not a JSON object"),
    "schema 1": (
        Response(SCHEMA1, content_type=media_types.DOCKER_SCHEMA1, headers=ODD_DIGEST),
        "schema 1",
    ),
    "other digest": (
        Response("{}", content_type=media_types.OCI_MANIFEST, headers=ODD_DIGEST),
        "has the digest",
    ),
    "failure": (Response("", 500), "500"),
    "huge": (Response(b"{" + b" " * (5 << 20), content_type=media_types.OCI_INDEX), "4 MiB"),
}


@pytest.mark.parametrize(("answer", "problem"), BAD_TAGS.values(), ids=BAD_TAGS)
def test_bad_tag_is_told_and_the_rest_arrives(
    open_client: OpenClient, whole: Whole, answer: Response, problem: str
) -> None:
    whole.tag("bad", "1", answer)
    whole.tag("bad", "2", whole.image("bad", created=at(1)))
    found = rows(open_client, whole)
    assert list(problems(found)) == ["bad:1"]
    assert problem in problems(found)["bad:1"]
    assert arrived(found) == ["bad:2", "good:1", "good:2"]


BAD_CONFIGS = {
    "gone": (Response("", 404), "404"),
    "other bytes": (Response("{}"), "has the digest"),
    "endless": (Response(b"{" + b" " * (5 << 20)), "4 MiB"),
}


@pytest.mark.parametrize(("answer", "problem"), BAD_CONFIGS.values(), ids=BAD_CONFIGS)
def test_bad_config_is_told_beside_what_is_known(
    open_client: OpenClient, whole: Whole, answer: Response, problem: str
) -> None:
    content = whole.image("bad", whole.layer("bad", 3))
    digest = json.loads(content)["config"]["digest"]
    whole.answers[f"GET /v2/bad/blobs/{digest}"] = answer
    whole.tag("bad", "1", content)
    found = rows(open_client, whole)
    assert problem in problems(found)["bad:1"]
    assert (found[0]["layers"], found[0]["size_bytes"] > 3) == (1, True)


def again(request: Request) -> Response:
    names = {"repositories": ["bad"], "tags": ["1"], "name": "bad"}
    return Response(json.dumps(names), headers={"Link": f'<{request.full_path}>; rel="next"'})


def elsewhere(_: Request) -> Response:
    names = {"tags": ["1"], "repositories": ["bad"]}
    return Response(json.dumps(names), headers={"Link": '<http://evil.test/v2/x>; rel="next"'})


BAD_LISTS = {
    "same page again": (again, "circles", True),
    "link to another host": (elsewhere, "another host", True),
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


@pytest.mark.parametrize(("answer", "problem"), [(again, "circles"), (elsewhere, "another host")])
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


def limited(answer: Response, times: int, wait: str | None) -> Any:
    """429 for the first `times`, then `answer`."""
    left = [times]

    def respond(_: Request) -> Response:
        left[0] -= 1
        headers = {"Retry-After": wait} if wait else {}
        return Response("", 429, headers) if left[0] >= 0 else answer

    return respond


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


def test_tag_that_moved_is_noticed(open_client: OpenClient, whole: Whole, tmp_path: Path) -> None:
    app = whole.app()
    client = open_client(app)
    inventory(client, cache=tmp_path / "cache")
    moved = whole.tags["good"]["2"]
    app.answers = {**app.answers, **{f"{verb} /v2/good/manifests/1": moved for verb in VERBS}}
    first, second = inventory(client, cache=tmp_path / "cache").digest
    assert first == second


def test_quota_is_spared_by_asking_first(open_client: OpenClient, whole: Whole) -> None:
    """Once the registry tells a quota, a digest that is known is not fetched again."""
    answer = whole.tags["good"]["1"]
    assert isinstance(answer, Response)
    answer.headers["RateLimit-Limit"] = "100;w=21600"
    whole.tag("good", "3", answer)
    app = whole.app()
    inventory(open_client(app), connections=1)
    lines = [line for line in app.lines if "manifests" in line]
    assert lines == [
        "GET /v2/good/manifests/1",
        "HEAD /v2/good/manifests/2",
        "GET /v2/good/manifests/2",
        "HEAD /v2/good/manifests/3",
    ]


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


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + bytes(5000)])
def test_cache_that_is_damaged_is_made_anew(
    open_client: OpenClient, whole: Whole, tmp_path: Path, content: bytes
) -> None:
    cache = tmp_path / "cache"
    cache.write_bytes(content)
    app = whole.app()
    client = open_client(app)
    first = inventory(client, cache=cache)
    assert len(first) == 2
    app.asked.clear()
    assert inventory(client, cache=cache, max_age=60).equals(first)
    assert app.lines == []


def test_cache_that_cannot_be_is_done_without(
    open_client: OpenClient, whole: Whole, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    assert len(inventory(open_client(whole.app()), cache=tmp_path / "file" / "cache")) == 2


def test_content_that_changed_in_the_cache_is_asked_for_again(
    open_client: OpenClient, whole: Whole, tmp_path: Path
) -> None:
    app = whole.app()
    client = open_client(app)
    first = inventory(client, cache=tmp_path / "cache")
    connection = sqlite3.connect(tmp_path / "cache")
    connection.execute("UPDATE contents SET content = ?", (zstd.compress(b"{}"),))
    connection.commit()
    connection.close()
    assert inventory(client, cache=tmp_path / "cache").equals(first)
