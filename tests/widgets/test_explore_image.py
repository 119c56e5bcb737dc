from __future__ import annotations

import json

from regnb.i18n import Translator
from regnb.registry import RegistryClient
from regnb.widgets.explore_image import SHOWN, layer_html
from tests.analysis.registries import Image, push
from tests.widgets.conftest import explore, reply


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


def test_long_layer_is_cut_and_says_how_much_is_left(client: RegistryClient) -> None:
    push(client, "big", "1", Image([{f"a{number:04}": b"" for number in range(SHOWN + 2)}]))
    layer = client.get_manifest("big", "1").layers[0]  # type: ignore[union-attr]
    html = layer_html(Translator("en"), str(layer.digest), client.stream_blob("big", layer.digest))
    assert html.count("<tr>") == SHOWN + 1
    assert f"a{SHOWN - 1:04}" in html
    assert f"a{SHOWN:04}" not in html
    assert "2 more" in html


def test_layer_that_is_no_archive_is_told() -> None:
    assert "regnb-error" in layer_html(Translator("en"), "sha256:" + "0" * 64, [b"no tar" * 200])
