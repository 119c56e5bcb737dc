from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug import Request, Response

from regnb.errors import InvalidAnswer, Unauthorized
from regnb.oci import Digest, media_types
from regnb.registry.manifests import referrers_tag
from tests.oci.samples import descriptor, encode
from tests.registry.apps import TableApp
from tests.registry.conftest import OpenClient

SUBJECT = Digest.of(b"subject")
API = f"GET /v2/w3/referrers/{SUBJECT}"
TAGGED = f"/v2/w3/manifests/sha256-{SUBJECT.hex}"
SBOM = descriptor(b"sbom", media_types.OCI_MANIFEST, artifactType="a/sbom")
SIGNATURE = descriptor(b"signature", media_types.OCI_MANIFEST, artifactType="a/sign+x")
REFERRING = encode(
    {
        "mediaType": media_types.OCI_MANIFEST,
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
def test_list_that_is_none_is_told(open_client: OpenClient, content: str) -> None:
    with pytest.raises(InvalidAnswer):
        open_client(TableApp({API: Response(content)})).list_referrers("w3", SUBJECT)


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
