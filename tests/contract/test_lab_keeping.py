"""Deleting and keeping, on every engine that is at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from regnb.errors import (
    DeletionOff,
    EngineError,
    ImageNotFound,
    NoBackup,
    RegistryDiffers,
    Unsupported,
)
from regnb.lab import Lab
from tests.contract.labs import OpenLab, Printed, pushed

IMAGES = (("team/shop", "2.0"), ("w3", "1.0"))


def blobs_of(lab: Lab) -> set[str]:
    """Digests of the blobs in the store of the lab's registry."""
    files = lab.store_files()
    return set(files[files.kind == "blob"].digest)


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
    assert "images" not in lab.engine.volumes()  # other tests may have left volumes of their own


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


def test_stopping_keeps_and_removing_forgets_what_no_volume_holds(lab: Lab) -> None:
    pushed(lab)
    lab.stop_registry()
    lab.run_registry()
    assert list(lab.catalog().repository) == ["w3"]
    lab.remove_registry()
    lab.run_registry()
    assert lab.catalog().empty


def test_volume_keeps_the_images_of_a_registry_that_was_removed(lab: Lab, printed: Printed) -> None:
    lab.run_registry(volume="images")
    pushed(lab)
    digest = lab.tags("w3").digest[0]
    lab.remove_registry()
    assert "`images`" in printed()
    lab.run_registry(volume="images")
    assert lab.tags("w3").digest[0] == digest


def test_deletion_asks_and_then_takes_every_tag_of_the_digest(lab: Lab, printed: Printed) -> None:
    lab.run_registry(delete=True)
    w3 = pushed(lab)
    for name in ("w3:stable", "shop:1.0"):
        lab.tag(w3, f"{lab.address}/{name}")
        lab.push(f"{lab.address}/{name}")
    printed()
    plan = lab.delete("w3:1.0")
    assert list(plan.name[plan.content == "tag"]) == ["w3:1.0", "w3:stable"]
    assert 'lab.delete("w3:1.0", confirm=True)' in printed()
    assert list(lab.tags("w3").tag) == ["1.0", "stable"]
    assert {tuple(names) for names in plan.used_by[plan.content == "layer"]} == {("shop:1.0",)}
    lab.delete("w3:1.0", confirm=True)
    assert "2 tags" in printed()
    assert lab.client.list_tags("w3") == []
    layer = plan.name[plan.content == "layer"].iloc[0]
    assert lab.client.blob_exists("w3", layer)
    assert list(lab.tags("shop").tag) == ["1.0"]


def test_deletion_that_is_switched_off_is_told_with_its_mend(lab: Lab) -> None:
    pushed(lab)
    with pytest.raises(DeletionOff) as caught:
        lab.delete("w3:1.0", confirm=True)
    assert "delete=True" in str(caught.value.told)
    with pytest.raises(DeletionOff):
        lab.delete_tag("w3:1.0")


def test_collection_frees_what_nothing_uses_and_nothing_else(lab: Lab) -> None:
    lab.run_registry(delete=True, volume="images")
    w3 = pushed(lab)
    lab.pull("alpine")
    for source, name in (("alpine", "small:1.0"), ("nginx", "shop:1.0")):
        lab.tag(source, f"{lab.address}/{name}")
        lab.push(f"{lab.address}/{name}")
    lab.delete("w3:1.0", confirm=True)
    assert lab.collect_garbage(dry_run=True).empty
    plan = lab.delete("small:1.0", confirm=True)
    expected = set(plan.name[(plan.content == "manifest") | (plan.fate == "waits")])
    before = blobs_of(lab)
    dry = lab.collect_garbage(dry_run=True)
    assert set(dry.digest) == expected
    assert blobs_of(lab) == before
    assert set(lab.collect_garbage().digest) == expected
    assert before - blobs_of(lab) == expected
    lab.remove_image(w3, f"{lab.address}/shop:1.0")
    lab.pull(f"{lab.address}/shop:1.0")


def test_store_has_each_layer_once(lab: Lab) -> None:
    w3 = pushed(lab)
    lab.tag(w3, f"{lab.address}/shop:1.0")
    lab.push(f"{lab.address}/shop:1.0")
    files = lab.store_files()
    blobs = files[(files.kind == "blob") & (files.same_as == "")]
    for digest in lab.layers("w3:1.0").digest:
        assert list(blobs.digest).count(digest) == 1


def test_collection_of_an_empty_store_finds_nothing(lab: Lab) -> None:
    lab.run_registry(memory=True)
    assert lab.collect_garbage().empty


def test_copy_needs_no_engine_between_two_registries(lab: Lab, printed: Printed) -> None:
    pushed(lab)
    first = lab.address
    lab.run_registry(name="registry-other")
    second = lab.address
    printed()
    copied = lab.copy(f"{first}/w3:1.0", f"{second}/w3:1.0")
    assert "$ skopeo copy --all --src-tls-verify=false" in printed()
    assert list(lab.tags("w3").digest) == list(copied.digest)
    again = lab.copy(f"{first}/w3:1.0", f"{second}/w3:1.0")
    assert list(again.blobs_sent) == [0]


def test_registry_comes_back_from_its_backup(lab: Lab, tmp_path: Path) -> None:
    pushed(lab)
    lab.tag("nginx", f"{lab.address}/team/shop:2.0")
    lab.push(f"{lab.address}/team/shop:2.0")
    before = {name: lab.client.get_manifest(name, tag).content for name, tag in IMAGES}
    made = lab.back_up(tmp_path / "backup")
    assert list(made.image) == ["team/shop:2.0", "w3:1.0"]
    assert sum(lab.back_up(tmp_path / "backup").blobs_sent) == 0
    lab.remove_registry()
    lab.run_registry()
    assert lab.catalog().empty
    restored = lab.restore(tmp_path / "backup")
    assert list(restored.digest) == list(made.digest)
    assert {name: lab.client.get_manifest(name, tag).content for name, tag in IMAGES} == before
    lab.remove_image(f"{lab.address}/team/shop:2.0")
    lab.pull(f"{lab.address}/team/shop:2.0")


def test_restoring_from_an_empty_folder_is_told(lab: Lab, tmp_path: Path) -> None:
    lab.run_registry()
    with pytest.raises(NoBackup) as caught:
        lab.restore(tmp_path)
    assert "lab.back_up" in str(caught.value.told)


def test_file_that_is_no_tar_is_not_loaded(lab: Lab, tmp_path: Path) -> None:
    path = tmp_path / "w3.tar"
    path.write_bytes(bytes(700))
    with pytest.raises(EngineError):
        lab.load(path)


def test_saved_image_is_loaded_again(lab: Lab, tmp_path: Path, printed: Printed) -> None:
    w3 = pushed(lab)
    lab.save(w3, tmp_path / "w3.tar")
    lab.remove_image(w3)
    printed()
    lab.load(tmp_path / "w3.tar")
    assert f"`{w3}` from the file" in printed()
    assert w3 in {f"{row.repository}:{row.tag}" for row in lab.images().itertuples()}
    with pytest.raises(ImageNotFound):
        lab.save("nothing:1.0", tmp_path / "nothing.tar")
    lab.remove_image(w3)


def test_registry_at_hand_is_as_the_table_of_differences_says(lab: Lab) -> None:
    lab.run_registry()
    before = lab.engine.volumes()
    table = lab.differences()
    assert table.agrees.all()
    assert len(lab.containers()) == 1
    assert lab.engine.volumes() == before
    assert lab.registry_version()


def test_builds_share_the_layers_of_their_source_and_can_be_pulled(lab: Lab) -> None:
    pushed(lab)
    lab.make_builds("w3:1.0", "app", count=4)
    assert sorted(lab.client.list_tags("app")) == ["1.10", "1.11", "1.12", "1.9"]
    layers = [list(lab.layers(f"app:1.{number}").digest) for number in (9, 12)]
    assert layers[0][:-1] == layers[1][:-1] == list(lab.layers("w3:1.0").digest)
    assert layers[0][-1] != layers[1][-1]
    lab.pull(f"{lab.address}/app:1.12")


def test_layer_is_found_in_the_store_from_its_tag(lab: Lab) -> None:
    pushed(lab)
    found = lab.trail("w3:1.0", layer=2)
    assert found.leads_to.iloc[-1] == lab.layers("w3:1.0").digest[1]
    assert found.kind.iloc[-1] == "blob"
    assert list(found.whole[found.kind == "blob"]) == [True, True]
    assert found.kind.iloc[0] in {"tag", "index"}
