from __future__ import annotations

import pytest
from werkzeug.test import Client

from regnb.embedded.core import EmbeddedEngine
from tests.embedded.calls import (
    create,
)

pytestmark = pytest.mark.usefixtures("registry_image")


def test_anonymous_volume_goes_with_the_container_when_asked(
    api: Client, engine: EmbeddedEngine
) -> None:
    create(api, "one")
    create(api, "two", HostConfig={"Binds": ["data:/var/lib/registry"]})
    api.delete("/containers/one?v=1")
    api.delete("/containers/two?v=1")
    assert [volume.name for volume in engine.volumes.all()] == ["data"]


def test_volume_in_use_is_not_removed(api: Client) -> None:
    create(api, HostConfig={"Binds": ["data:/var/lib/registry"]})
    assert api.delete("/volumes/data").status_code == 409
    api.delete("/containers/registry")
    assert api.delete("/volumes/data").status_code == 204
    assert api.delete("/volumes/data").status_code == 404
