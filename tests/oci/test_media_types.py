from __future__ import annotations

import pytest

from regnb.oci import media_types

SORTS = {
    "manifest": media_types.is_manifest,
    "index": media_types.is_index,
    "config": media_types.is_config,
    "layer": media_types.is_layer,
}


@pytest.mark.parametrize(
    ("media_type", "sort"),
    [
        (media_types.OCI_MANIFEST, "manifest"),
        (media_types.DOCKER_MANIFEST, "manifest"),
        (media_types.OCI_INDEX, "index"),
        (media_types.DOCKER_LIST, "index"),
        (media_types.OCI_CONFIG, "config"),
        (media_types.DOCKER_CONFIG, "config"),
        (media_types.OCI_LAYER, "layer"),
        (media_types.OCI_LAYER_GZIP, "layer"),
        (media_types.OCI_LAYER_ZSTD, "layer"),
        (media_types.DOCKER_LAYER_GZIP, "layer"),
        ("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "layer"),
        ("application/vnd.oci.image.layer.nondistributable.v1.tar", "layer"),
        (media_types.OCI_EMPTY, ""),
        (media_types.DOCKER_SCHEMA1, ""),
        ("application/vnd.in-toto+json", ""),
        ("", ""),
    ],
)
def test_type_is_of_one_sort_at_most(media_type: str, sort: str) -> None:
    assert [name for name, fits in SORTS.items() if fits(media_type)] == [sort] * bool(sort)


def test_manifests_and_indexes_are_accepted_and_nothing_else() -> None:
    accepted = set(media_types.ACCEPTED_MANIFESTS)
    assert accepted == media_types.MANIFESTS | media_types.INDEXES
