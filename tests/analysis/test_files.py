from __future__ import annotations

import tracemalloc
from collections.abc import Generator

from regnb.analysis.files import image_files
from regnb.oci import Descriptor, Digest, ImageManifest, Layer, layers_of
from regnb.registry import RegistryClient
from tests.analysis.registries import Image, open_registry, push

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
