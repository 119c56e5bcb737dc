from __future__ import annotations

import json
from pathlib import Path

import pytest

from regnb.embedded.image_store import ImageStore, LayerSizes
from regnb.embedded.refusal import Refusal
from regnb.errors import InvalidManifest
from regnb.oci import layout
from tests.embedded.images import add_image, put_image, reference


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


def test_image_that_cannot_be_read_again_is_not_stored(store: ImageStore, tmp_path: Path) -> None:
    """https://github.com/moby/moby/issues/46077."""
    good = add_image(store, b"good", name="good")
    bad = put_image(store.blobs, b"bad")
    store.blobs.path(bad.config.digest).write_bytes(b"no JSON")
    with pytest.raises(InvalidManifest):
        store.add(bad, [reference("bad")], source="")
    for one in (store, ImageStore(tmp_path)):
        assert [image.image_id for image in one.images()] == [good.image_id]


@pytest.mark.parametrize("lost", ["manifest", "config"])
@pytest.mark.parametrize("content", [None, b"", b"{", b"[1]"])
def test_damaged_image_hides_no_other_is_named_and_goes(
    store: ImageStore, tmp_path: Path, lost: str, content: bytes | None
) -> None:
    """https://github.com/moby/moby/issues/46077."""
    good, bad = add_image(store, b"good", name="good"), add_image(store, b"bad", name="bad")
    path = store.blobs.path(bad.manifest.digest if lost == "manifest" else bad.image_id)
    path.unlink() if content is None else path.write_bytes(content)
    again = ImageStore(tmp_path)
    assert [image.tags for image in again.images()] == [["good:latest"], ["bad:latest"]]
    with pytest.raises(Refusal, match=r"^image bad:latest is damaged: .*docker rmi bad:latest"):
        again.find("bad")
    assert again.delete_unused_blobs() >= 0
    again.delete(again.find_any("bad"))
    assert [image.image_id for image in again.images()] == [good.image_id]
    assert again.find("good").manifest.layers


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"manifests": 1}', b"\xff"])
def test_damaged_index_is_kept_beside_and_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    add_image(ImageStore(tmp_path), b"layer", name="web")
    (tmp_path / "index.json").write_bytes(content)
    store = ImageStore(tmp_path)
    assert store.images() == []
    assert str(tmp_path / "index.json") in caplog.text
    assert (tmp_path / "index.json.damaged").read_bytes() == content
    add_image(store, b"layer", name="web")
    assert ImageStore(tmp_path).find("web").tags == ["web:latest"]


@pytest.mark.parametrize("entry", [1, {}, {"digest": "sha256:1"}])
def test_damaged_entry_of_the_index_hides_no_other(tmp_path: Path, entry: object) -> None:
    add_image(ImageStore(tmp_path), b"layer", name="web")
    index = json.loads((tmp_path / "index.json").read_bytes())
    index["manifests"].insert(0, entry)
    (tmp_path / "index.json").write_text(json.dumps(index))
    assert [image.tags for image in ImageStore(tmp_path).images()] == [["web:latest"]]


@pytest.mark.parametrize("content", [b"", b"[1]", b"{", b'{"a": "b"}'])
def test_damaged_cache_of_sizes_is_made_again(
    store: ImageStore, tmp_path: Path, content: bytes
) -> None:
    image = add_image(store, b"layer")
    (tmp_path / "sizes.json").write_bytes(content)
    assert LayerSizes(tmp_path / "sizes.json", store.blobs).size_of(image) == 5
