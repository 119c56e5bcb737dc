"""The specification's cases of lists and deletion: end-8a to end-10, end-12a and end-12b."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from regnb.oci import Digest
from regnb.oci.media_types import OCI_CONFIG, OCI_INDEX, OCI_MANIFEST
from regnb.server.storage_interface import RegistryStorage, Repository

from .samples import LAYER, codes, image, index, push_blob, push_image, put

TAGS = ["1.0", "1.1", "10", "Z", "_x", "a", "b"]


def test_ping(client: Client) -> None:
    answer = client.get("/v2/")
    assert answer.status_code == 200
    assert answer.headers["Docker-Distribution-Api-Version"] == "registry/2.0"


def push_tags(client: Client) -> Digest:
    digest, content = push_image(client)
    query = "&".join(f"tag={tag}" for tag in TAGS)
    assert put(client, f"/v2/w3/manifests/{digest}?{query}", content).status_code == 201
    return digest


@pytest.mark.parametrize(
    ("query", "expected", "has_more"),
    [
        ("", TAGS, False),
        ("?n=3", TAGS[:3], True),
        ("?n=3&last=10", TAGS[3:6], True),
        ("?n=4&last=10", TAGS[3:], False),
        ("?last=Z", TAGS[4:], False),
        ("?last=zz&n=2", [], False),
        ("?last=9", TAGS[3:], False),
        ("?n=0", [], False),
        ("?n=7", TAGS, False),
        ("?n=1000", TAGS, False),
    ],
)
def test_tags(client: Client, query: str, expected: list[str], has_more: bool) -> None:
    push_tags(client)
    answer = client.get(f"/v2/w3/tags/list{query}")
    assert answer.get_json() == {"name": "w3", "tags": expected}
    assert ("Link" in answer.headers) == has_more


@pytest.mark.parametrize("n", ["-1", "abc", "1001", "", "٣", "9" * 5000])
@pytest.mark.parametrize("path", ["/v2/w3/tags/list", "/v2/_catalog"])
def test_page_size_that_is_none(client: Client, path: str, n: str) -> None:
    push_tags(client)
    assert codes(client.get(path, query_string={"n": n})) == (400, {"UNSUPPORTED"})


def follow(client: Client, path: str, key: str) -> list[str]:
    found: list[str] = []
    while path:
        answer = client.get(path)
        found += answer.get_json()[key]
        path = answer.headers.get("Link", "").partition(">")[0].lstrip("<")
    return found


def test_following_links_gives_every_tag_once(client: Client) -> None:
    push_tags(client)
    assert follow(client, "/v2/w3/tags/list?n=2", "tags") == TAGS


def test_catalog_is_sorted_and_paged(client: Client) -> None:
    names = sorted(["b/a", "a", "a/b", "a-b", "z", "0"])
    for name in reversed(names):
        push_image(client, name=name)
    assert client.get("/v2/_catalog").get_json() == {"repositories": names}
    assert follow(client, "/v2/_catalog?n=2", "repositories") == names


def test_catalog_of_an_empty_registry(client: Client) -> None:
    assert client.get("/v2/_catalog").get_json() == {"repositories": []}


def test_tags_of_an_unknown_repository(client: Client) -> None:
    assert codes(client.get("/v2/absent/tags/list")) == (404, {"NAME_UNKNOWN"})


@pytest.mark.parametrize("name", ["w3", "absent"])
def test_no_referrers_is_an_empty_index(client: Client, name: str) -> None:
    push_image(client)
    answer = client.get(f"/v2/{name}/referrers/{Digest.of(b'x')}")
    assert (answer.status_code, answer.content_type) == (200, OCI_INDEX)
    assert answer.get_json()["manifests"] == []
    assert answer.get_json()["schemaVersion"] == 2


def test_referrers_of_a_malformed_digest(client: Client) -> None:
    assert codes(client.get("/v2/w3/referrers/sha256:x")) == (400, {"DIGEST_INVALID"})


def push_referrers(client: Client) -> tuple[Digest, dict[str, Digest]]:
    digest, content = push_image(client)
    subject = {"mediaType": OCI_MANIFEST, "digest": digest, "size": len(content)}
    notes = {"org.example.note": "é"}
    pushed = {
        "sbom": image(subject=subject, artifactType="application/sbom", annotations=notes),
        "plain": image(subject=subject),
        "index": index(subject=subject, annotations=notes),
        "typed index": index(subject=subject, artifactType="application/list"),
    }
    for name, item in pushed.items():
        media_type = OCI_INDEX if "index" in name else OCI_MANIFEST
        path = f"/v2/w3/manifests/{Digest.of(item)}"
        assert put(client, path, item, media_type).headers["OCI-Subject"] == digest
    return digest, {name: Digest.of(item) for name, item in pushed.items()}


def test_manifests_that_are_about_another_are_read_once(
    client: Client, storage: RegistryStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest, pushed = push_referrers(client)
    read: list[Digest] = []
    repository = type(storage.repository("w3"))
    get_manifest = repository.get_manifest

    def recorded(self: Repository, wanted: Digest) -> bytes | None:
        read.append(wanted)
        return get_manifest(self, wanted)

    monkeypatch.setattr(repository, "get_manifest", recorded)
    for _ in range(2):
        assert not client.get(f"/v2/w3/referrers/{Digest.of(b'x')}").get_json()["manifests"]
    assert sorted(read) == sorted([digest, *pushed.values()])


def test_referrers_say_type_and_annotations(client: Client) -> None:
    digest, pushed = push_referrers(client)
    found = client.get(f"/v2/w3/referrers/{digest}").get_json()["manifests"]
    by_digest = {entry["digest"]: entry for entry in found}
    assert by_digest.keys() == set(pushed.values())
    assert by_digest[pushed["sbom"]]["artifactType"] == "application/sbom"
    assert by_digest[pushed["sbom"]]["annotations"] == {"org.example.note": "é"}
    assert by_digest[pushed["plain"]]["artifactType"] == OCI_CONFIG
    assert "artifactType" not in by_digest[pushed["index"]]
    assert by_digest[pushed["typed index"]]["mediaType"] == OCI_INDEX


@pytest.mark.parametrize(
    ("artifact_type", "names"),
    [("application/sbom", ["sbom"]), (OCI_CONFIG, ["plain"]), ("", ["index"]), ("x", [])],
)
def test_referrers_of_a_type(client: Client, artifact_type: str, names: list[str]) -> None:
    digest, pushed = push_referrers(client)
    query = {"artifactType": artifact_type}
    answer = client.get(f"/v2/w3/referrers/{digest}", query_string=query)
    assert answer.headers["OCI-Filters-Applied"] == "artifactType"
    found = [entry["digest"] for entry in answer.get_json()["manifests"]]
    assert found == [pushed[name] for name in names]


def test_deleted_referrer_is_not_listed(client: Client) -> None:
    digest, pushed = push_referrers(client)
    client.delete(f"/v2/w3/manifests/{pushed['sbom']}")
    found = client.get(f"/v2/w3/referrers/{digest}").get_json()["manifests"]
    assert pushed["sbom"] not in {entry["digest"] for entry in found}


def test_delete_tag_leaves_the_manifest(client: Client) -> None:
    digest = push_tags(client)
    assert client.delete("/v2/w3/manifests/1.0").status_code == 202
    assert codes(client.get("/v2/w3/manifests/1.0")) == (404, {"MANIFEST_UNKNOWN"})
    assert client.get(f"/v2/w3/manifests/{digest}").status_code == 200
    assert client.get("/v2/w3/tags/list").get_json()["tags"] == TAGS[1:]


def test_delete_manifest_takes_its_tags(client: Client) -> None:
    digest = push_tags(client)
    assert client.delete(f"/v2/w3/manifests/{digest}").status_code == 202
    assert client.get(f"/v2/w3/manifests/{digest}").status_code == 404
    assert client.get("/v2/w3/manifests/1.0").status_code == 404
    assert client.get("/v2/w3/tags/list").get_json()["tags"] == []


def test_emptied_repository_leaves_the_catalogue(client: Client) -> None:
    digest, _ = push_image(client)
    push_image(client, name="other")
    client.delete(f"/v2/w3/manifests/{digest}")
    assert client.get("/v2/_catalog").get_json() == {"repositories": ["other"]}


def test_delete_blob(client: Client) -> None:
    digest = push_blob(client, LAYER)
    assert client.delete(f"/v2/w3/blobs/{digest}").status_code == 202
    assert client.head(f"/v2/w3/blobs/{digest}").status_code == 404


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v2/w3/manifests/absent", "MANIFEST_UNKNOWN"),
        (f"/v2/w3/manifests/{Digest.of(b'x')}", "MANIFEST_UNKNOWN"),
        (f"/v2/w3/blobs/{Digest.of(b'x')}", "BLOB_UNKNOWN"),
        ("/v2/absent/manifests/1.0", "NAME_UNKNOWN"),
        (f"/v2/absent/blobs/{Digest.of(b'x')}", "NAME_UNKNOWN"),
    ],
)
def test_delete_what_is_not_there(client: Client, path: str, code: str) -> None:
    push_image(client)
    assert codes(client.delete(path)) == (404, {code})
