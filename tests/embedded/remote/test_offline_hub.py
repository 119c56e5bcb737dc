"""Docker itself takes its images from `regnb hub serve`, by `registry-mirrors`."""

from __future__ import annotations

import pytest

from regnb.embedded.samples import SampleRegistry
from regnb.errors import ImageNotFound
from regnb.oci import ImageReference
from tests.realparts.marks import needs_real_parts
from tests.realparts.throwaway import throw_away

pytestmark = needs_real_parts


def test_docker_pulls_from_the_room() -> None:
    with throw_away("room") as learner:
        engine = learner.engine
        list(engine.pull(ImageReference.parse("nginx")))
        digest = SampleRegistry().get_manifest("library/nginx", "latest").digest
        image = engine.client.images.get("nginx")
        assert image.attrs["RepoDigests"] == [f"nginx@{digest}"]
        # What the room has not, Docker asks Docker Hub for: here that has nothing.
        with pytest.raises(ImageNotFound):
            list(engine.pull(ImageReference.parse("registry:2.6")))
