"""What is told of each tag, and how little is asked for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from werkzeug import Response

from regnb.inventory import inventory, tag_contents
from regnb.oci import Digest, media_types
from regnb.oci.descriptor import ATTESTATION, REFERENCE_TYPE
from tests.inventory.whole import Whole, arrived, at, platform, problems, rows
from tests.registry.conftest import OpenClient

VERBS = ("GET", "HEAD")
ATTESTED = {"annotations": {REFERENCE_TYPE: ATTESTATION}, **platform("unknown/unknown")}


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


def test_tag_that_moved_is_noticed(open_client: OpenClient, whole: Whole, tmp_path: Path) -> None:
    app = whole.app()
    client = open_client(app)
    inventory(client, cache=tmp_path / "cache")
    moved = whole.tags["good"]["2"]
    app.answers = {**app.answers, **{f"{verb} /v2/good/manifests/1": moved for verb in VERBS}}
    first, second = inventory(client, cache=tmp_path / "cache").digest
    assert first == second


def test_registry_without_head_is_read_again(open_client: OpenClient, tmp_path: Path) -> None:
    """go-containerregistry#971: HEAD is answered 405 where GET works."""
    whole = Whole()
    whole.tag("w3", "1", whole.image("w3"))
    app = whole.app()
    app.answers = {**app.answers, "HEAD /v2/w3/manifests/1": Response("", 405)}
    for _ in range(2):
        (row,) = rows(open_client, app, cache=tmp_path / "cache")
        assert (row["problem"], row["platforms"]) == ("", ("linux/amd64",))


def test_cache_of_builds_is_measured(open_client: OpenClient) -> None:
    """BuildKit: the index of a cache lists blobs, not manifests."""
    whole = Whole()
    config = {"mediaType": "application/vnd.buildkit.cacheconfig.v0", "size": 7}
    entries = [whole.layer("a", 100), whole.layer("b", 20)]
    entries.append({**config, "digest": Digest.of(b"config")})
    document = {"schemaVersion": 2, "mediaType": media_types.OCI_INDEX, "manifests": entries}
    whole.tag("cache", "1", json.dumps(document).encode())
    (row,) = rows(open_client, whole)
    assert (row["problem"], row["size_bytes"], row["layers"]) == ("", 127, 2)


@pytest.mark.parametrize("catalog", [200, 401, 403, 404])
def test_contents_are_those_that_can_be_read(open_client: OpenClient, catalog: int) -> None:
    """harbor#13573: a catalogue for administrators alone; and tags that are no images."""
    whole = Whole()
    whole.tag("w3", "1", whole.image("w3"))
    schema1 = Response('{"schemaVersion": 1}', content_type=media_types.DOCKER_SCHEMA1)
    whole.tag("w3", "old", schema1)
    oras = Response("{}", content_type="application/vnd.oci.artifact.manifest.v1+json")
    whole.tag("w3", "oras", oras)
    whole.tag("w3", "secret", Response("", 403))
    whole.tag("closed", "1", Response(""))
    app = whole.app()
    app.answers = {**app.answers, "GET /v2/closed/tags/list": Response("", 403)}
    if catalog != 200:
        app.answers["GET /v2/_catalog"] = Response("", catalog)
    found = tag_contents(open_client(app), beside=["w3"])
    assert [one.tag for one in found] == ["1"]


def test_numbers_and_times_beyond_others_are_told(open_client: OpenClient, tmp_path: Path) -> None:
    """oras-go#1153, rules_oci#438: one row says what is wrong, the others arrive."""
    whole = Whole()
    whole.tag("w3", "large", whole.image("w3", whole.layer("a", 2**63)))
    halves = [whole.image("w3", whole.layer(name, 2**62)) for name in "bc"]
    whole.tag("w3", "sum", whole.index("w3", *((image, {}) for image in halves)))
    whole.tag("w3", "old", whole.image("w3", created="0001-01-01T00:00:00+01:00"))
    whole.tag("w3", "late", whole.image("w3", created="9999-12-31T23:59:59-01:00"))
    whole.tag("w3", "zero", whole.image("w3", created="0001-01-01T00:00:00Z"))
    for _ in range(2):
        found = rows(open_client, whole, cache=tmp_path / "cache")
        assert sorted(problems(found)) == ["w3:large", "w3:sum"]
