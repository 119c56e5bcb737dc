from __future__ import annotations

import pytest

from regnb.lab import Lab
from tests.analysis.registries import Image, push


@pytest.fixture
def filled(lab: Lab) -> Lab:
    lab.run_registry()
    push(lab.client, "w3", "1.0", Image([{"base": b"0"}, {"one": b"1"}]))
    return lab


def test_files_are_read_from_the_container(filled: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    files = filled.store_files()
    assert "$ docker container cp registry:/var/lib/registry -\n" in capsys.readouterr().out
    assert list(files.path) == sorted(files.path)
    # A config, a manifest and two layers.
    assert len(files[files.kind == "blob"]) == 4


def test_trail_leads_from_the_tag_to_the_layer(filled: Lab) -> None:
    layers = filled.layers("w3:1.0")
    for number in (1, 2):
        assert list(filled.trail("w3:1.0", layer=number).leads_to)[-1] == layers.digest[number - 1]


def test_picture_counts_what_is_stored_once(filled: Lab) -> None:
    push(filled.client, "copy", "1.0", Image([{"base": b"0"}, {"one": b"1"}]))
    assert list(filled.storage().repositories.repository) == ["copy", "w3"]
