from __future__ import annotations

from pathlib import Path

import pytest

from regnb.embedded.image_store import ImageStore
from regnb.embedded.refusal import Refusal
from regnb.oci import layout
from tests.embedded.images import add_image, reference


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    return ImageStore(tmp_path)


@pytest.mark.parametrize(
    "name", ["nginx", "nginx:latest", "docker.io/library/nginx", "library/nginx:latest"]
)
def test_image_is_found_by_every_way_to_write_its_name(store: ImageStore, name: str) -> None:
    image = add_image(store, b"layer", name="nginx")
    assert store.find(name).image_id == image.image_id


def test_image_is_found_by_its_id_and_by_a_beginning_of_it(store: ImageStore) -> None:
    image_id = add_image(store, b"layer", name="nginx").image_id
    for text in (image_id, image_id.hex, image_id.short, f"sha256:{image_id.short}"):
        assert store.find(text).image_id == image_id


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("alpine", "alpine:latest"),
        ("nginx:1", "nginx:1"),
        ("UPPER", "UPPER"),
        ("sha256:00", "sha256:00"),
        ("", ""),
        ("a b", "a b"),
    ],
)
def test_missing_image_is_refused_in_moby_words(store: ImageStore, name: str, told: str) -> None:
    add_image(store, b"layer", name="nginx")
    with pytest.raises(Refusal, match=f"^No such image: {told}$") as caught:
        store.find(name)
    assert caught.value.status == 404


def test_tag_moves_from_one_image_to_another(store: ImageStore) -> None:
    old = add_image(store, b"old", name="web")
    new = add_image(store, b"new", name="other")
    store.tag(new, reference("web"))
    assert store.find("web").image_id == new.image_id
    assert store.find(old.image_id).tags == []
    assert store.find(new.image_id).tags == ["other:latest", "web:latest"]


def test_tagging_twice_changes_nothing_but_the_time(store: ImageStore) -> None:
    image = add_image(store, b"layer", name="web")
    store.tag(image, reference("web"))
    assert store.find("web").tags == ["web:latest"]
    assert store.find("web").tagged is not None


def test_untagged_image_stays_without_name(store: ImageStore) -> None:
    image = add_image(store, b"layer", name="web")
    store.untag([reference("web")])
    assert [known.image_id for known in store.images()] == [image.image_id]
    assert store.find(image.image_id).tags == []


def test_named_again_image_has_no_nameless_entry(store: ImageStore) -> None:
    image = add_image(store, b"layer")
    store.tag(image, reference("web"))
    assert len(store.find("web").entries) == 1


def test_images_outlive_the_process(store: ImageStore, tmp_path: Path) -> None:
    image = add_image(store, b"layer", name="localhost:5000/w3:1.0")
    again = ImageStore(tmp_path).find("localhost:5000/w3:1.0")
    assert (again.image_id, again.source) == (image.image_id, "docker.io")


def test_delete_keeps_the_layers_of_others(store: ImageStore) -> None:
    one = add_image(store, b"base", b"one", name="one")
    two = add_image(store, b"base", b"two", name="two")
    store.delete(one)
    assert [image.image_id for image in store.images()] == [two.image_id]
    assert all(store.blobs.has(layer) for layer in two.manifest.layers)
    assert not store.blobs.has(one.manifest.layers[1])


def test_leased_blobs_are_not_collected(store: ImageStore) -> None:
    digest = store.blobs.put(b"on its way")
    with store.lease([digest]):
        assert store.delete_unused_blobs() == 0
    assert store.delete_unused_blobs() == len(b"on its way")


def test_folder_is_an_image_layout(store: ImageStore, tmp_path: Path) -> None:
    image = add_image(store, b"layer", name="web")
    layout.check_marker((tmp_path / layout.MARKER_FILE).read_bytes())
    entry = layout.parse_index((tmp_path / layout.INDEX_FILE).read_bytes()).manifests[0]
    assert entry.digest == image.manifest.digest
    assert entry.annotations[layout.REF_NAME] == "docker.io/library/web:latest"
