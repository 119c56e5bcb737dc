from __future__ import annotations

import gzip

from regnb.embedded.samples.recipes import LAYERS, gzip_of
from regnb.oci import (
    Digest,
)
from tests.embedded.samples.reading import images_of
from tests.embedded.samples.record import tars


def test_kept_gzips_are_those_of_the_layers_and_no_others() -> None:
    kept = {file: gzip.decompress(file.read_bytes()) for file in LAYERS.iterdir()}
    assert kept == {gzip_of(Digest.of(tar)): tar for tar in tars()}


def test_two_samples_share_their_base() -> None:
    alpine, registry = images_of("alpine:latest")[0], images_of("registry:2")[0]
    assert alpine.layers[0] == registry.layers[0]
