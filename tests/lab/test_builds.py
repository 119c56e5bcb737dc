from __future__ import annotations

import gzip
import io
import tarfile

from regnb.lab.builds import push_builds
from regnb.oci import ImageManifest
from tests.analysis.registries import Image, open_registry, push

SOURCE = Image([{"base": b"0"}])


def test_builds_are_the_source_and_a_layer_of_their_own() -> None:
    client = open_registry()
    push(client, "w3", "1.0", SOURCE)
    source = client.get_manifest("w3", "1.0")
    assert isinstance(source, ImageManifest)
    made = push_builds(client, "w3", source, "team/shop", count=3)
    assert list(made) == ["1.10", "1.11", "1.12"]
    assert sorted(client.list_tags("team/shop")) == sorted(made)
    dates = []
    for tag, descriptor in made.items():
        manifest = client.get_manifest("team/shop", tag)
        assert isinstance(manifest, ImageManifest)
        assert (manifest.digest, manifest.media_type) == (descriptor.digest, descriptor.media_type)
        assert manifest.layers[:-1] == source.layers
        tar = gzip.decompress(client.get_blob("team/shop", manifest.layers[-1].digest))
        with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
            file = archive.extractfile("build.txt")
            assert file is not None
            assert file.read() == f"team/shop {tag}\n".encode()
        config = client.get_config("team/shop", manifest)
        assert len(config.diff_ids) == len(manifest.layers)
        dates.append(config.created)
    assert [date and (date.month, date.day) for date in dates] == [(6, 11), (6, 12), (6, 13)]


def test_same_source_gives_the_same_builds() -> None:
    made = []
    for _ in range(2):
        client = open_registry()
        push(client, "w3", "1.0", SOURCE)
        manifest = client.get_manifest("w3", "1.0")
        assert isinstance(manifest, ImageManifest)
        made.append(push_builds(client, "w3", manifest, "shop", count=2))
    assert made[0] == made[1]
