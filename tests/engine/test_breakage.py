"""What goes wrong in a real engine, provoked on one that is thrown away afterwards."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterator
from contextlib import suppress

import pytest

from regnb.engine import Engine
from regnb.errors import EngineUnavailable, HubRateLimited, HubUnreachable, PushFailed
from regnb.oci import ImageReference
from tests.contract.engines import MAY_END_PUSHES, kind
from tests.realparts.marks import needs_real_parts
from tests.realparts.throwaway import ThrowAway, throw_away

NGINX = ImageReference.parse("nginx")
BIG_LAYER = 80_000_000

pytestmark = needs_real_parts


@pytest.fixture
def breakable() -> Iterator[ThrowAway]:
    with throw_away("empty") as made:
        yield made


def big_image(engine: Engine, name: str) -> ImageReference:
    """An image whose push takes a while: random bytes can not be compressed."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        member = tarfile.TarInfo("random")
        member.size = BIG_LAYER
        tar.addfile(member, io.BytesIO(os.urandom(BIG_LAYER)))
    reference = ImageReference.parse(name)
    engine.client.api.import_image_from_data(
        buffer.getvalue(), repository=reference.name, tag=reference.tag
    )
    return reference


@pytest.mark.parametrize("signal", ["TERM", "KILL"])
def test_engine_stopped_in_mid_push(breakable: ThrowAway, signal: str) -> None:
    engine = breakable.engine
    pushing = engine.push(big_image(engine, f"{breakable.hub}/big:1"))
    next(event for event in pushing if event.current > 0)
    errors = (EngineUnavailable, PushFailed)
    may_end = signal == "TERM" and kind(engine) in MAY_END_PUSHES
    breakable.kill_engine(signal)
    with suppress(*errors) if may_end else pytest.raises(errors):
        list(pushing)
    if signal == "KILL":
        with pytest.raises(EngineUnavailable) as caught:
            engine.images()
        assert caught.value.subject == engine.endpoint


def test_docker_hub_that_is_gone(breakable: ThrowAway) -> None:
    breakable.kill_hub()
    with pytest.raises(HubUnreachable) as caught:
        list(breakable.engine.pull(NGINX))
    assert caught.value.subject == "nginx:latest"


def test_docker_hub_that_limits_pulls() -> None:
    with throw_away("limited") as limited, pytest.raises(HubRateLimited, match="toomanyrequests"):
        list(limited.engine.pull(NGINX))
