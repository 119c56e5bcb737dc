from __future__ import annotations

import pytest

from regnb.lab import contents
from regnb.oci import ImageManifest
from tests.analysis.registries import Image, open_registry, push

BASE = {"base": b"0"}


def test_large_registry_is_asked_for_its_first_images_only(monkeypatch: pytest.MonkeyPatch) -> None:
    client = open_registry()
    for number in range(4):
        push(client, f"w{number}", "1.0", Image([BASE, {"own": str(number).encode()}]))
    manifest = client.get_manifest("w3", "1.0")
    assert isinstance(manifest, ImageManifest)
    base = manifest.layers[0].digest
    assert contents.sharing(client, manifest)[base] == ["w0:1.0", "w1:1.0", "w2:1.0"]
    monkeypatch.setattr(contents, "MOST_IMAGES", 2)
    assert contents.sharing(client, manifest)[base] == ["w0:1.0", "w1:1.0"]
