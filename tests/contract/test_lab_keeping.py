"""Deleting and keeping, on every engine that is at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from regnb.errors import RegistryDiffers, Unsupported
from regnb.lab import Lab
from tests.contract.labs import OpenLab, Printed, pushed


def test_registry_deletes_only_when_it_is_told_to(lab: Lab) -> None:
    pushed(lab)
    digest = lab.tags("w3").digest[0]
    with pytest.raises(Unsupported):
        lab.client.delete_manifest("w3", digest)
    with pytest.raises(RegistryDiffers):
        lab.run_registry(delete=True)
    lab.clean_up(keep_images=True)
    lab.run_registry(delete=True)
    pushed(lab)
    lab.client.delete_manifest("w3", digest)
    assert lab.client.list_tags("w3") == []


def test_volume_is_the_labs_and_goes_with_it(lab: Lab, printed: Printed) -> None:
    lab.run_registry(volume="images")
    assert "--volume images:/var/lib/registry" in printed()
    assert lab.engine.volumes(label="regnb=test-learner") == ["images"]
    lab.clean_up()
    assert lab.engine.volumes() == []


def test_volume_of_another_learner_stays_his(open_a_lab: OpenLab, printed: Printed) -> None:
    theirs, mine = open_a_lab("one"), open_a_lab("two")
    theirs.run_registry(volume="images")
    mine.run_registry(volume="images")
    assert "`images-2`" in printed()
    mine.clean_up()
    assert theirs.engine.volumes(label="regnb=one") == ["images"]


def test_folder_of_this_machine_holds_the_images(lab: Lab, tmp_path: Path) -> None:
    lab.run_registry(volume=str(tmp_path))
    pushed(lab)
    assert any(path.is_file() for path in tmp_path.rglob("*"))


def test_registry_in_memory_leaves_nothing_on_the_disk(lab: Lab) -> None:
    lab.run_registry(memory=True)
    w3 = pushed(lab)
    lab.remove_image(w3)
    lab.pull(w3)
    assert lab.engine.setup_of("registry").environment["REGISTRY_STORAGE"] == "inmemory"
