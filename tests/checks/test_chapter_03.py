from __future__ import annotations

import io
import json
import tarfile
import zlib
from typing import Any

from regnb.lab import Lab
from regnb.oci import Digest, media_types
from tests.checks.wrong import wrong
from tests.oci.samples import descriptor

FILE = "hello/es.txt"


def tar(*names: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name))
    return buffer.getvalue()


BASE = tar("hello/en.txt")


def push_image(lab: Lab, tag: str, *tars: bytes, diff_ids: list[str] | None = None) -> None:
    """Run the registry, and push `hello` with a layer for each of `tars`, by hand."""
    lab.run_registry()
    layers = [zlib.compress(content, wbits=31) for content in tars]
    ids = [str(Digest.of(content)) for content in tars] if diff_ids is None else diff_ids
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "rootfs": {"type": "layers", "diff_ids": ids},
            "history": [{}] * len(tars),
        }
    ).encode()
    for content in (*layers, config):
        lab.client.put_blob("hello", content)
    fields = {
        "schemaVersion": 2,
        "mediaType": media_types.DOCKER_MANIFEST,
        "config": descriptor(config, media_types.DOCKER_CONFIG),
        "layers": [descriptor(layer, media_types.DOCKER_LAYER_GZIP) for layer in layers],
    }
    put(lab, tag, fields)


def put(lab: Lab, tag: str, fields: dict[str, Any], indent: int | None = None) -> None:
    content = json.dumps(fields, indent=indent).encode()
    lab.client.put_manifest("hello", tag, content, media_type=media_types.DOCKER_MANIFEST)


@wrong("03-second-tag", "other_bytes")
def test_put_the_same_json_in_other_bytes(lab: Lab) -> None:
    push_image(lab, "1.0", BASE)
    content = lab.client.get_manifest("hello", "1.0").content
    put(lab, "stable", json.loads(content), indent=3)


@wrong("03-second-tag", "other_image")
def test_tag_another_image(lab: Lab) -> None:
    push_image(lab, "1.0", BASE)
    push_image(lab, "stable", tar(FILE))


@wrong("03-note", "line_end")
def test_end_the_line(lab: Lab) -> None:
    lab.run_registry()
    lab.client.put_blob("notes", b"bonjour\n")


@wrong("03-note", "other_repository")
def test_send_the_note_elsewhere(lab: Lab) -> None:
    lab.run_registry()
    lab.client.put_blob("hello", b"bonjour")


@wrong("03-two-layers", "layers")
def test_push_one_layer(lab: Lab) -> None:
    push_image(lab, "1.0", BASE)
    push_image(lab, "2.0", tar(FILE))


@wrong("03-two-layers", "other_base")
def test_push_the_layers_upside_down(lab: Lab) -> None:
    push_image(lab, "1.0", BASE)
    push_image(lab, "2.0", tar(FILE), BASE)


@wrong("03-two-layers", "diff_ids")
def test_keep_the_diff_ids_of_the_first_image(lab: Lab) -> None:
    push_image(lab, "1.0", BASE)
    push_image(lab, "2.0", BASE, tar(FILE), diff_ids=[Digest.of(BASE)])


@wrong("03-two-layers", "no_file")
def test_put_another_file(lab: Lab) -> None:
    push_image(lab, "1.0", BASE)
    push_image(lab, "2.0", BASE, tar("es.txt"))


@wrong("03-two-layers", "not_deleted")
def test_empty_the_file_that_was_to_be_deleted(lab: Lab) -> None:
    push_image(lab, "1.0", BASE)
    push_image(lab, "2.0", BASE, tar(FILE, "hello/fr.txt"))
