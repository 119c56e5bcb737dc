from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug import Request, Response

from regnb.errors import (
    DigestMismatch,
    InvalidAnswer,
    InvalidDigest,
    InvalidManifest,
    InvalidReference,
    RegistryError,
    Unauthorized,
    Unsupported,
)
from regnb.oci import Digest, ImageManifest, media_types
from regnb.registry.manifests import MANIFEST_LIMIT, referrers_tag
from tests.oci.samples import descriptor, encode, manifest
from tests.registry.apps import TableApp
from tests.registry.conftest import OpenClient

CONTENT = manifest(b"layer")
DIGEST = Digest.of(CONTENT)
OTHER = Digest.of(b"other")
PATH = "/v2/team/w3/manifests"


def stored(content: bytes = CONTENT, **headers: str) -> Response:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(content, content_type=media_types.OCI_MANIFEST, headers=told)


def test_all_four_types_are_accepted_always(open_client: OpenClient) -> None:
    app = TableApp({f"{method} {PATH}/1.0": stored() for method in ("GET", "HEAD")})
    client = open_client(app)
    client.get_manifest("team/w3", "1.0")
    client.head_manifest("team/w3", "1.0")
    for request in app.asked:
        accepted = {entry.strip() for entry in request.headers["Accept"].split(",")}
        assert accepted == set(media_types.ACCEPTED_MANIFESTS)


def test_manifest_is_verified_by_the_digest_asked_for(open_client: OpenClient) -> None:
    answer = stored(Docker_Content_Digest=DIGEST)
    with pytest.raises(DigestMismatch) as caught:
        open_client(TableApp({f"GET {PATH}/{OTHER}": answer})).get_manifest("team/w3", OTHER)
    assert (caught.value.expected, caught.value.actual) == (OTHER, DIGEST)


def test_manifest_is_verified_by_the_digest_told(open_client: OpenClient) -> None:
    app = TableApp({f"GET {PATH}/1.0": stored(Docker_Content_Digest=OTHER)})
    with pytest.raises(DigestMismatch):
        open_client(app).get_manifest("team/w3", "1.0")


def test_manifest_by_sha512(open_client: OpenClient) -> None:
    digest = Digest.of(CONTENT, "sha512")
    app = TableApp({f"GET {PATH}/{digest}": stored(Docker_Content_Digest=DIGEST)})
    assert open_client(app).get_manifest("team/w3", digest).content == CONTENT


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_digest_that_is_none_is_told(open_client: OpenClient, method: str) -> None:
    client = open_client(TableApp({f"{method} {PATH}/1.0": stored(Docker_Content_Digest="md5:1")}))
    read = client.get_manifest if method == "GET" else client.head_manifest
    with pytest.raises(InvalidAnswer):
        read("team/w3", "1.0")


def test_manifest_without_a_useful_type(open_client: OpenClient) -> None:
    app = TableApp({f"GET {PATH}/1.0": Response(CONTENT, content_type="text/plain")})
    assert isinstance(open_client(app).get_manifest("team/w3", "1.0"), ImageManifest)


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b'{"a": 1}', CONTENT + b" " * (4 << 20)], ids=range(4)
)
def test_manifest_that_is_none(open_client: OpenClient, content: bytes) -> None:
    with pytest.raises(InvalidManifest):
        open_client(TableApp({f"GET {PATH}/1.0": stored(content)})).get_manifest("team/w3", "1.0")


def test_manifest_may_have_four_mebibytes_and_no_more(open_client: OpenClient) -> None:
    content = CONTENT + b" " * (MANIFEST_LIMIT - len(CONTENT))
    client = open_client(TableApp({f"GET {PATH}/1.0": stored(content)}))
    assert client.fetch_manifest("team/w3", "1.0").content == content
    client = open_client(TableApp({f"GET {PATH}/1.0": stored(content + b" ")}))
    with pytest.raises(InvalidManifest, match="larger than 4 MiB"):
        client.fetch_manifest("team/w3", "1.0")


def test_head_asks_for_the_manifest_when_headers_do_not_tell(open_client: OpenClient) -> None:
    app = TableApp({f"HEAD {PATH}/1.0": Response(""), f"GET {PATH}/1.0": stored()})
    described = open_client(app).head_manifest("team/w3", "1.0")
    assert (described.digest, described.size) == (DIGEST, len(CONTENT))
    assert [request.method for request in app.asked] == ["HEAD", "GET"]


def test_head_of_another_digest_is_refused(open_client: OpenClient) -> None:
    app = TableApp({f"HEAD {PATH}/{OTHER}": stored(Docker_Content_Digest=DIGEST)})
    with pytest.raises(DigestMismatch):
        open_client(app).head_manifest("team/w3", OTHER)


def test_put_checks_what_was_stored(open_client: OpenClient) -> None:
    answer = Response("", 201, headers={"Docker-Content-Digest": OTHER})
    with pytest.raises(DigestMismatch):
        open_client(TableApp({f"PUT {PATH}/1.0": answer})).put_manifest(
            "team/w3", "1.0", CONTENT, media_type=media_types.OCI_MANIFEST
        )


@pytest.mark.parametrize("status", [201, 202])
def test_manifest_may_be_taken_in_later(open_client: OpenClient, status: int) -> None:
    client = open_client(TableApp({f"PUT {PATH}/1.0": Response("", status)}))
    digest = client.put_manifest("team/w3", "1.0", CONTENT, media_type=media_types.OCI_MANIFEST)
    assert digest == DIGEST


def test_put_that_gives_the_manifest_back_is_told(open_client: OpenClient) -> None:
    client = open_client(TableApp({f"PUT {PATH}/1.0": Response("", 200)}))
    with pytest.raises(RegistryError, match="200 OK"):
        client.put_manifest("team/w3", "1.0", CONTENT, media_type=media_types.OCI_MANIFEST)


def test_put_sends_the_bytes_as_they_are(open_client: OpenClient) -> None:
    got: list[tuple[bytes, str | None]] = []

    def answer(request: Request) -> Response:
        got.append((request.get_data(), request.headers.get("Content-Type")))
        return Response("", 201)

    client = open_client(TableApp({f"PUT {PATH}/1.0": answer}))
    digest = client.put_manifest("team/w3", "1.0", CONTENT, media_type=media_types.OCI_MANIFEST)
    assert digest == DIGEST
    assert got == [(CONTENT, media_types.OCI_MANIFEST)]


@pytest.mark.parametrize("status", [400, 405])
@pytest.mark.parametrize("body", ["", '{"errors": [{"code": "DIGEST_INVALID"}]}'])
def test_tag_that_cannot_be_deleted(open_client: OpenClient, status: int, body: str) -> None:
    if status == 405 and body:
        body = body.replace("DIGEST_INVALID", "UNSUPPORTED")
    app = TableApp({f"DELETE {PATH}/1.0": Response(body, status)})
    with pytest.raises(Unsupported):
        open_client(app).delete_tag("team/w3", "1.0")


@pytest.mark.parametrize("status", [202, 200, 204])
def test_tag_is_deleted(open_client: OpenClient, status: int) -> None:
    app = TableApp({f"DELETE {PATH}/1.0": Response("", status)})
    open_client(app).delete_tag("team/w3", "1.0")
    assert app.lines == [f"DELETE {PATH}/1.0"]


@pytest.mark.parametrize("status", [202, 200, 204])
def test_manifest_is_deleted(open_client: OpenClient, status: int) -> None:
    app = TableApp({f"DELETE {PATH}/{DIGEST}": Response("", status)})
    open_client(app).delete_manifest("team/w3", DIGEST)
    assert app.lines == [f"DELETE {PATH}/{DIGEST}"]


def test_impossible_names_are_not_sent(open_client: OpenClient) -> None:
    app = TableApp({})
    client = open_client(app)
    for repository, reference in (("W3", "a"), ("../x", "a"), ("w3", "a b"), ("w3", "a/b?c")):
        with pytest.raises(InvalidReference):
            client.get_manifest(repository, reference)
    with pytest.raises(InvalidReference):
        client.delete_tag("w3", DIGEST)
    for digest in ("1.0", "sha256:1", "sha256:" + "A" * 64):
        with pytest.raises(InvalidDigest):
            client.delete_manifest("w3", digest)
    assert app.asked == []


SUBJECT = Digest.of(b"subject")
API = f"GET /v2/w3/referrers/{SUBJECT}"
TAGGED = f"/v2/w3/manifests/sha256-{SUBJECT.hex}"
SBOM = descriptor(b"sbom", media_types.OCI_MANIFEST, artifactType="a/sbom")
SIGNATURE = descriptor(b"signature", media_types.OCI_MANIFEST, artifactType="a/sign+x")
REFERRING = encode(
    {
        "mediaType": media_types.OCI_MANIFEST,
        "schemaVersion": 2,
        "config": descriptor(b"{}", "a/config"),
        "layers": [],
        "subject": descriptor(b"subject", media_types.OCI_MANIFEST),
        "annotations": {"a": "b"},
    }
)


def index(*entries: dict[str, Any], **headers: str) -> Response:
    content = encode({"schemaVersion": 2, "manifests": list(entries)})
    return Response(content, content_type=media_types.OCI_INDEX, headers=headers)


def test_list_is_filtered_here_when_the_registry_does_not(open_client: OpenClient) -> None:
    app = TableApp({API: index(SBOM, SIGNATURE)})
    found = open_client(app).list_referrers("w3", SUBJECT, artifact_type="a/sign+x")
    assert [entry.to_json() for entry in found] == [SIGNATURE]
    assert app.lines == [f"{API}?artifactType=a%2Fsign%2Bx"]


def test_pages_are_read_to_the_end(open_client: OpenClient) -> None:
    def answer(request: Request) -> Response:
        if "page" in request.args:
            return index(SIGNATURE, SBOM)
        return index(SBOM, Link='<?page=2>; rel="next"')

    found = open_client(TableApp({API: answer})).list_referrers("w3", SUBJECT)
    assert [entry.to_json() for entry in found] == [SBOM, SIGNATURE]


def test_pages_that_lead_in_circles_are_left(open_client: OpenClient) -> None:
    app = TableApp({API: index(SBOM, Link=f'</v2/w3/referrers/{SUBJECT}>; rel="next"')})
    with pytest.raises(InvalidAnswer):
        open_client(app).list_referrers("w3", SUBJECT)
    assert len(app.asked) == 1


def test_registry_without_this_api_is_asked_for_the_tag(open_client: OpenClient) -> None:
    app = TableApp({f"GET {TAGGED}": index(SBOM)})
    (found,) = open_client(app).list_referrers("w3", SUBJECT)
    assert found.to_json() == SBOM


@pytest.mark.parametrize("answers", [{}, {f"GET {TAGGED}": Response(REFERRING)}])
def test_no_list_is_an_empty_one(open_client: OpenClient, answers: dict[str, Response]) -> None:
    assert open_client(TableApp(answers)).list_referrers("w3", SUBJECT) == []


@pytest.mark.parametrize("content", ["<html>", "[]", '{"manifests": 1}', '{"manifests": [{}]}'])
@pytest.mark.parametrize("status", [200, 400, 403, 405, 406, 501])
def test_registry_that_knows_no_referrers_in_its_own_way_is_asked_for_the_tag(
    open_client: OpenClient, content: str, status: int
) -> None:
    """go-containerregistry#1962: with 400, 403, or the page of a proxy."""
    app = TableApp({API: Response(content, status), f"GET {TAGGED}": index(SBOM)})
    (found,) = open_client(app).list_referrers("w3", SUBJECT)
    assert found.to_json() == SBOM


def test_tag_that_leads_to_no_manifest_is_an_empty_list(open_client: OpenClient) -> None:
    app = TableApp({f"GET {TAGGED}": Response("<html>", content_type="text/html")})
    assert open_client(app).list_referrers("w3", SUBJECT) == []


@pytest.mark.parametrize("status", [400, 403, 405, 501])
def test_head_that_is_refused_is_a_get(open_client: OpenClient, status: int) -> None:
    """go-containerregistry#971: a registry that answers HEAD with 405."""
    where = f"/v2/w3/manifests/{SUBJECT}"
    answers = {f"HEAD {where}": Response("", status), f"GET {where}": Response(b"subject")}
    blob = f"/v2/w3/blobs/{SUBJECT}"
    answers |= {f"HEAD {blob}": Response("", status), f"GET {blob}": Response(b"subject")}
    client = open_client(TableApp(answers))
    assert client.ask_manifest("w3", SUBJECT).headers["Content-Length"] == "7"
    assert client.head_manifest("w3", SUBJECT).digest == SUBJECT
    assert client.blob_exists("w3", SUBJECT)


def test_refusal_is_no_reason_to_ask_for_the_tag(open_client: OpenClient) -> None:
    app = TableApp({API: Response("", 401), f"GET {TAGGED}": index(SBOM)})
    with pytest.raises(Unauthorized):
        open_client(app).list_referrers("w3", SUBJECT)


def pushed_with(open_client: OpenClient, known: Response, **headers: str) -> TableApp:
    app = TableApp(
        {
            f"PUT /v2/w3/manifests/{Digest.of(REFERRING)}": Response("", 201, headers=headers),
            f"GET {TAGGED}": known,
            f"PUT {TAGGED}": lambda request: Response(request.get_data() and b"", 201),
        }
    )
    open_client(app).put_manifest(
        "w3", Digest.of(REFERRING), REFERRING, media_type=media_types.OCI_MANIFEST
    )
    return app


def test_referrer_is_added_to_the_tag(open_client: OpenClient) -> None:
    app = pushed_with(open_client, index(SBOM))
    listed = json.loads(app.asked[-1].get_data())
    more = {"artifactType": "a/config", "annotations": {"a": "b"}}
    assert listed["manifests"] == [SBOM, descriptor(REFERRING, media_types.OCI_MANIFEST, **more)]
    assert app.asked[-1].headers["Content-Type"] == listed["mediaType"] == media_types.OCI_INDEX


def test_first_referrer_starts_the_list(open_client: OpenClient) -> None:
    app = pushed_with(open_client, Response("", 404))
    assert len(json.loads(app.asked[-1].get_data())["manifests"]) == 1


def test_referrer_that_is_listed_is_not_added_again(open_client: OpenClient) -> None:
    app = pushed_with(open_client, index(descriptor(REFERRING, media_types.OCI_MANIFEST)))
    assert app.asked[-1].method == "GET"


def test_registry_that_keeps_the_list_is_left_to_it(open_client: OpenClient) -> None:
    app = pushed_with(open_client, index(), **{"OCI-Subject": SUBJECT})
    assert len(app.asked) == 1


def test_tag_of_a_long_digest_is_cut() -> None:
    digest = Digest.of(b"", "sha512")
    assert referrers_tag(digest) == f"sha512-{digest.hex[:64]}"
