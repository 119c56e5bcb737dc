from __future__ import annotations

import json
from typing import Any

import pytest

from regnb.analysis.browse import RegistryBrowser
from regnb.i18n import LANGUAGES, Translator
from regnb.oci import Platform
from regnb.registry import RegistryClient
from regnb.widgets.explore_view import SHOWN, Explore
from tests.analysis.registries import ARM64, Image, open_registry, push, push_index

FILES = {"etc/motd": b"<b>hello</b>", "etc/.wh.old": b""}


@pytest.fixture
def client() -> RegistryClient:
    client = open_registry()
    amd = push(client, "shop/w3", "1.0", Image([FILES, {"a": b"1"}], ["ADD <motd>", "COPY a"]))
    arm = push(client, "shop/w3", "arm", Image([FILES], platform=ARM64))
    push_index(client, "shop/w3", "2.0", [amd, arm])
    return client


def explore(client: RegistryClient, language: str = "en") -> Explore:
    source = RegistryBrowser(client, Platform("linux", "amd64"))
    return Explore(Translator(language), source, "localhost:5000")


def reply(view: Explore, act: str, **asked: str) -> dict[str, Any]:
    return view.reply(act, json.dumps(asked))


@pytest.mark.parametrize("language", LANGUAGES)
def test_static_view_is_a_table_of_repositories_with_tags(
    client: RegistryClient, language: str
) -> None:
    html = explore(client, language).html()
    assert "<td><code>shop/w3</code></td><td><code>1.0</code> <code>2.0</code>" in html
    assert "<input" not in html


def test_static_view_is_short_and_says_so(client: RegistryClient) -> None:
    for number in range(SHOWN + 2):
        push(client, f"a{number:02}", "1", Image([{"a": b"1"}]))
    html = explore(client).html()
    assert html.count("<tr>") == SHOWN + 1
    assert "… and 3 more repositories." in html


def test_empty_registry_says_what_to_do() -> None:
    assert "push an image" in explore(open_registry()).html()


def test_tags_are_asked_when_a_repository_is_chosen(client: RegistryClient) -> None:
    view = explore(client)
    told = reply(view, "tags", repository="shop/w3")
    assert told == {"repository": "shop/w3", "tags": ["1.0", "2.0", "arm"]}
    assert reply(view, "tags", repository="gone")["tags"] == []


def test_image_is_shown_readable_and_raw(client: RegistryClient) -> None:
    told = reply(explore(client), "image", repository="shop/w3", reference="1.0")
    manifest = client.get_manifest("shop/w3", "1.0")
    slots = told["slots"]
    assert told["image"] == manifest.digest
    assert manifest.digest in slots["manifest"]
    assert f"The {len(manifest.content)} bytes" in slots["raw"]
    assert "ADD &lt;motd&gt;" in slots["layers"]
    assert slots["layers"].count("data-files=") == 2
    assert "linux/amd64" in slots["config"]


def test_index_offers_its_platforms(client: RegistryClient) -> None:
    view = explore(client)
    told = reply(view, "image", repository="shop/w3", reference="2.0")["slots"]
    assert "<select" in told["header"]
    assert "linux/arm64" in told["manifest"]
    assert told["layers"].count("data-files=") == 2
    arm = str(client.get_manifest("shop/w3", "arm").digest)
    told = reply(view, "image", repository="shop/w3", reference="2.0", chosen=arm)["slots"]
    assert told["layers"].count("data-files=") == 1


def test_artifact_is_no_image(client: RegistryClient) -> None:
    empty = client.put_blob("shop/w3", b"{}")
    kind = "application/vnd.oci.image.manifest.v1+json"
    config = {"mediaType": "application/vnd.oci.empty.v1+json", "digest": empty, "size": 2}
    content = json.dumps({"schemaVersion": 2, "mediaType": kind, "config": config, "layers": []})
    client.put_manifest("shop/w3", "artifact", content.encode(), media_type=kind)
    told = reply(explore(client), "image", repository="shop/w3", reference="artifact")["slots"]
    assert "no image that an engine could run" in told["config"]


def test_files_of_a_layer_with_what_it_deletes(client: RegistryClient) -> None:
    view = explore(client)
    layers = client.get_manifest("shop/w3", "1.0").layers  # type: ignore[union-attr]
    told = reply(view, "files", repository="shop/w3", digest=layers[0].digest)["slots"]["files"]
    assert "<code>/etc/motd</code>" in told
    assert "<s><code>/etc/old</code></s>" in told
    assert "deleted" in told


def test_changes_are_told_and_nothing_else(client: RegistryClient) -> None:
    view = explore(client)
    digest = str(client.get_manifest("shop/w3", "1.0").digest)
    told = reply(view, "poll", repository="shop/w3", reference="1.0")
    assert "repositories" not in told
    assert told["image"] == digest
    push(client, "new", "1", Image([{"a": b"1"}]))
    client.delete_manifest("shop/w3", digest)
    told = reply(view, "poll", repository="shop/w3", reference="1.0")
    assert told["repositories"] == ["new", "shop/w3"]
    assert told["tags"] == ["2.0", "arm"]
    assert told["image"] == ""
    assert "2 repositories" in told["slots"]["caption"]


def test_errors_are_told_to_the_learner(client: RegistryClient) -> None:
    widget = explore(client, "fr").widget
    told = widget.answer("image", json.dumps({"repository": "shop/w3", "reference": "none"}))
    assert told["failed"] == "image"
    assert "regnb-error" in told["slots"]["message"]
    assert widget.answer("poll", "{}")["slots"]["message"] == ""
