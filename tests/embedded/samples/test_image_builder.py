from __future__ import annotations

import json

import pytest

from regnb.oci import (
    media_types,
)
from tests.embedded.samples.reading import DIGESTS, SAMPLES, images_of, index_of, manifest_in


@pytest.mark.parametrize("name", set(DIGESTS) - {"registry:2.6"})
def test_each_image_of_a_sample_has_its_attestation(name: str) -> None:
    index = index_of(name)
    attestations = [entry for entry in index.manifests if entry.is_attestation]
    assert [entry.attested for entry in attestations] == [image.digest for image in index.images]
    assert {str(entry.platform) for entry in attestations} == {"unknown/unknown"}
    repository = f"library/{name.partition(':')[0]}"
    for entry in attestations:
        for layer in manifest_in(name, entry.digest).layers:
            assert layer.media_type == "application/vnd.in-toto+json"
            statement = json.loads(SAMPLES.get_blob(repository, layer.digest))
            assert statement["predicateType"] == layer.annotations["in-toto.io/predicate-type"]
            [subject] = statement["subject"]
            assert f"sha256:{subject['digest']['sha256']}" == entry.attested


def test_old_sample_has_the_formats_of_its_time() -> None:
    index = index_of("registry:2.6")
    assert index.media_type == media_types.DOCKER_LIST
    assert index.manifests == index.images
    manifests = images_of("registry:2.6")
    assert {manifest.media_type for manifest in manifests} == {media_types.DOCKER_MANIFEST}
