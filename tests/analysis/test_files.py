from __future__ import annotations

import tracemalloc
from collections.abc import Generator, Iterable

import pytest

from regnb.analysis.files import Change, FileSystem, Node, State, image_files, tree_of
from regnb.analysis.layer_files import LayerFile
from regnb.oci import Descriptor, Digest, ImageManifest, Layer, layers_of
from regnb.registry import RegistryClient
from tests.analysis.registries import Image, open_registry, push


def file(path: str, size: int = 10) -> LayerFile:
    return LayerFile(path, "file", size, 0o644)


def folder(path: str, mode: int = 0o755) -> LayerFile:
    return LayerFile(path, "directory", 0, mode)


def whiteout(path: str) -> LayerFile:
    return LayerFile(path, "whiteout", 0, 0o644)


def opaque(path: str) -> LayerFile:
    return LayerFile(path, "opaque", 0, 0o644)


BASE = [folder("etc"), file("etc/a", 100), file("etc/b", 200), folder("opt"), file("opt/c", 50)]


def states(changes: Iterable[Change]) -> dict[str, str]:
    return {change.path: change.state for change in changes}


@pytest.fixture
def files() -> FileSystem:
    files = FileSystem()
    files.stack(BASE)
    return files


def test_first_layer_adds_all() -> None:
    files = FileSystem()
    assert set(states(files.stack(BASE)).values()) == {"added"}
    assert files.size == files.waste.stored_bytes == 350
    assert files.waste.score == 1


def test_file_that_was_there_is_changed_and_hides_the_old_one(files: FileSystem) -> None:
    changes = files.stack([folder("etc"), file("etc/a", 120), file("etc/new", 1)])
    assert states(changes) == {"etc": "kept", "etc/a": "changed", "etc/new": "added"}
    assert [change.hidden for change in changes] == [0, 100, 0]
    assert files.size == 371


def test_whiteout_deletes_a_file(files: FileSystem) -> None:
    (change,) = files.stack([whiteout("etc/b")])
    assert (change.state, change.kind, change.hidden) == ("deleted", "file", 200)
    assert files.size == 150


def test_whiteout_deletes_a_directory_with_all_in_it(files: FileSystem) -> None:
    (change,) = files.stack([whiteout("etc")])
    assert (change.kind, change.hidden) == ("directory", 300)
    assert files.size == 50
    assert states(files.stack([file("etc/a", 1)])) == {"etc/a": "added"}


def test_opaque_directory_hides_what_is_below_wherever_it_stands(files: FileSystem) -> None:
    changes = files.stack([file("etc/new", 7), opaque("etc")])
    assert states(changes) == {"etc": "deleted", "etc/new": "added"}
    assert changes[0].is_opaque
    assert changes[0].hidden == 300
    assert files.size == 57


def test_root_that_is_opaque_hides_all(files: FileSystem) -> None:
    (change,) = files.stack([opaque(".")])
    assert (change.hidden, files.size) == (350, 0)


def test_replaced_and_deleted_in_the_same_layer_is_there(files: FileSystem) -> None:
    changes = files.stack([file("etc/a", 5), whiteout("etc/a")])
    assert [(change.state, change.hidden) for change in changes] == [("deleted", 100), ("added", 0)]
    assert files.size == 255


def test_file_in_place_of_a_directory_hides_what_was_in_it(files: FileSystem) -> None:
    (change,) = files.stack([file("etc", 3)])
    assert (change.state, change.hidden, files.size) == ("changed", 300, 53)


def test_directory_with_another_mode_is_changed(files: FileSystem) -> None:
    assert states(files.stack([folder("etc", 0o700)])) == {"etc": "changed"}


def test_whiteout_of_nothing_and_entries_outside_do_no_harm(files: FileSystem) -> None:
    changes = files.stack([whiteout("never"), file("../escape", 9), whiteout("etc/a/x")])
    assert states(changes) == {"never": "deleted", "etc/a/x": "deleted"}
    assert files.size == 350


def test_waste_is_counted_as_dive_does(files: FileSystem) -> None:
    files.stack([file("etc/a", 120), whiteout("etc/b")])
    waste = files.waste
    # etc/a: 100 + 120, of which 100 would do; etc/b: 200, of which nothing is left; opt/c: 50.
    assert waste.inefficient == 100 + 120 + 200
    assert waste.score == pytest.approx((100 + 0 + 50) / (220 + 200 + 50))
    assert [(item.path, item.copies, item.size) for item in waste.paths()] == [
        ("etc/a", 2, 220),
        ("etc/b", 2, 200),
    ]
    assert waste.stored_bytes - files.size == 100 + 200


def test_deleted_directory_wastes_the_files_in_it(files: FileSystem) -> None:
    files.stack([whiteout("etc")])
    assert files.waste.inefficient == 300
    assert files.waste.score == pytest.approx(50 / 350)


OLD, NEW = b"old" * 100, b"new" * 200


def layers(client: RegistryClient) -> list[Layer]:
    manifest = client.get_manifest("w3", "1.0")
    assert isinstance(manifest, ImageManifest)
    return layers_of(manifest, client.get_config("w3", manifest))


def test_files_of_each_layer_of_an_image() -> None:
    client = open_registry()
    image = Image([{"etc": None, "etc/a": OLD}, {"etc/a": NEW, "b": b"1"}, {".wh.b": b""}])
    push(client, "w3", "1.0", image)
    files = image_files(client, "w3", layers(client))
    assert [[(one.path, one.state) for one in layer.changes] for layer in files.layers] == [
        [("etc", "added"), ("etc/a", "added")],
        [("b", "added"), ("etc/a", "changed")],
        [("b", "deleted")],
    ]
    assert [layer.size for layer in files.layers] == [300, 601, 0]
    assert files.visible == 600
    assert files.hidden == 301
    assert files.layers[2].count("deleted") == 1


class BigClient(RegistryClient):
    """Streams one layer of 500 MB that is nowhere whole, one block at a time."""

    size = 500_000_000

    def stream_blob(self, *_: object, **__: object) -> Generator[bytes]:
        header = bytearray(512)
        header[:4] = b"file"
        header[100:108] = b"0000644\0"
        header[124:136] = f"{self.size:011o}\0".encode()
        header[156:157] = b"0"
        header[257:265] = b"ustar\x0000"
        header[148:156] = b" " * 8
        header[148:156] = f"{sum(header):06o}\0 ".encode()
        yield bytes(header)
        block = bytes(1 << 20)
        for _number in range(self.size // len(block) + 1):
            yield block


def test_large_layer_is_listed_without_being_held() -> None:
    layer = Layer(Descriptor("tar", Digest.of(b""), 1), "", "")
    tracemalloc.start()
    files = image_files(BigClient("http://localhost:5000"), "w3", [layer])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert files.visible == BigClient.size
    assert peak < 8_000_000


def change(path: str, state: State = "added", size: int = 0) -> Change:
    return Change(path, "directory" if not size else "file", state, size)


def names(node: Node) -> dict[str, object]:
    return {child.name: names(child) for child in node.children}


def test_paths_become_a_tree_sorted_by_name() -> None:
    tree = tree_of([change("b", size=3), change("a"), change("a/y", size=1), change("a/x", size=2)])
    assert names(tree) == {"a": {"x": {}, "y": {}}, "b": {}}
    assert (tree.size, tree.count, tree.children[0].size) == (6, 4, 3)


def test_directories_that_only_lead_on_are_one_node() -> None:
    tree = tree_of([change("usr", "kept"), change("usr/share", "kept"), change("usr/share/a/x")])
    assert names(tree) == {"usr/share/a/x": {}}
    assert tree.children[0].path == "usr/share/a/x"


def test_directory_that_changed_stays_a_node_of_its_own() -> None:
    assert names(tree_of([change("usr", "changed"), change("usr/x")])) == {"usr": {"x": {}}}


def test_deletion_is_seen_beside_what_came_after_it() -> None:
    tree = tree_of([change("etc", "deleted"), change("etc", "kept"), change("etc/new", size=1)])
    (etc,) = tree.children
    assert etc.change
    assert etc.change.state == "deleted"
    assert names(etc) == {"new": {}}


def test_opaque_root_is_told_by_the_root() -> None:
    assert tree_of([change(".", "deleted")]).change


def test_hard_link_keeps_the_bytes_of_a_name_that_goes() -> None:
    """https://github.com/moby/moby/issues/2304."""
    files = FileSystem()
    links = [LayerFile(name, "hard_link", 0, 0o644, "/d/a") for name in ("b", "c")]
    files.stack([folder("d"), file("d/a", 100), *links])
    assert files.size == 100
    (change,) = files.stack([whiteout("d")])
    assert (change.hidden, files.size) == (0, 100)
    files.stack([file("b", 7)])
    assert files.size == 107
    (change,) = files.stack([whiteout("c")])
    assert (change.hidden, files.size) == (100, 7)


@pytest.mark.parametrize("target", ["usr/lib", "/usr/lib", "./usr/../usr/lib", "lib64"])
def test_whiteout_goes_through_a_symlinked_directory(target: str) -> None:
    """https://github.com/anchore/stereoscope/issues/694."""
    files = FileSystem()
    links = [LayerFile("lib", "symlink", 0, 0o777, target)]
    links += [LayerFile("lib64", "symlink", 0, 0o777, "usr/lib")]
    files.stack([folder("usr/lib"), file("usr/lib/a", 100), *links])
    (change,) = files.stack([whiteout("lib/a")])
    assert (change.path, change.hidden, files.size) == ("usr/lib/a", 100, 0)
    loop = [LayerFile("x", "symlink", 0, 0o777, "y"), LayerFile("y", "symlink", 0, 0o777, "x")]
    files.stack(loop)
    files.stack([whiteout("x/a"), whiteout("lib")])
    assert files.size == 0
