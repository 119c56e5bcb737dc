"""Tars that real tools make, and those that `docker load` refuses."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import struct
import tarfile
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import Client

from regnb.compression import zstd
from regnb.embedded.core import EmbeddedEngine
from regnb.oci import Digest
from tests.embedded.calls import lines

LAYER = bytes(range(256)) * 100
CONFIG: dict[str, Any] = {
    "os": "linux",
    "architecture": "amd64",
    "rootfs": {"type": "layers", "diff_ids": [Digest.of(LAYER)]},
}
SKIPPABLE = struct.pack("<II", 0x184D2A53, 4) + b"skip"
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "gzip with bytes behind": lambda data: gzip.compress(data) + b"bytes behind",
    "zstd": zstd.compress,
    "zstd behind a skippable frame": lambda data: SKIPPABLE + zstd.compress(data),
    "xz": lzma.compress,
    "bzip2": bz2.compress,
}


def tar_of(config: object = None, layer: bytes | None = LAYER, before: str = "") -> bytes:
    content = config if isinstance(config, bytes) else json.dumps(config or CONFIG).encode()
    entry = {"Config": "config.json", "RepoTags": ["app:1"], "Layers": ["a/layer.tar"]}
    files = {"manifest.json": json.dumps([entry]).encode(), "config.json": content}
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w") as tar:
        for name, data in (files | ({} if layer is None else {"a/layer.tar": layer})).items():
            info = tarfile.TarInfo(before + name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return output.getvalue()


def load(api: Client, content: bytes) -> str:
    found = lines(api.post("/images/load", data=content).data)[-1]
    return str(found.get("error") or found["stream"])


def test_names_of_a_tar_of_a_folder_begin_with_a_dot(api: Client) -> None:
    """`tar -c .`, as in https://github.com/moby/moby/issues/46077."""
    assert load(api, tar_of(before="./")) == "Loaded image: app:1\n"


@pytest.mark.parametrize("kind", PACKED)
def test_layer_of_any_compression_is_loaded_and_packed(
    api: Client, engine: EmbeddedEngine, kind: str
) -> None:
    """https://github.com/docker/hub-feedback/issues/331, https://github.com/moby/moby/issues/42862."""
    assert load(api, tar_of(layer=PACKED[kind](LAYER))) == "Loaded image: app:1\n"
    (layer,) = engine.images.find("app:1").manifest.layers
    assert layer.media_type.endswith("+gzip")
    assert engine.images.blobs.read(layer.digest).startswith(b"\x1f\x8b")
    assert engine.sizes.size(layer) == len(LAYER)


def test_layer_that_the_engine_has_need_not_be_in_the_tar(
    api: Client, engine: EmbeddedEngine
) -> None:
    assert "layer.tar" in load(api, tar_of(layer=None))
    load(api, tar_of())
    assert load(api, tar_of(CONFIG | {"author": "me"}, layer=None)) == "Loaded image: app:1\n"
    assert len(engine.images.images()) == 2


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (b"no JSON", "it is not JSON"),
        (CONFIG | {"os": "windows"}, "cannot load windows image on linux"),
        (CONFIG | {"rootfs": {"diff_ids": []}}, "layers length mismatch: expected 1, got 0"),
        (
            CONFIG | {"rootfs": {"diff_ids": [Digest.of(b"other")]}},
            f'invalid diffID for layer 0: expected "{Digest.of(b"other")}", got "sha256:',
        ),
    ],
)
def test_image_that_docker_refuses_is_not_kept(
    api: Client, engine: EmbeddedEngine, config: object, message: str
) -> None:
    """https://github.com/moby/moby/issues/46077, https://github.com/moby/moby/issues/47150."""
    assert message in load(api, tar_of(config))
    assert engine.images.images() == []
    assert load(api, tar_of()) == "Loaded image: app:1\n"
