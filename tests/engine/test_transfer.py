from __future__ import annotations

from regnb.engine import Progress
from regnb.engine.transfer import Transfer
from regnb.oci import Digest

MB = 1_000_000


def transfer(*events: Progress, seconds: float = 1.0) -> Transfer:
    """Where each look at the clock is `seconds` after the one before."""
    times = iter(n * seconds for n in range(1000))
    state = Transfer(lambda: next(times))
    for event in events:
        state.add(event)
    return state


def test_bytes_speed_and_total() -> None:
    state = transfer(
        Progress("aaa", "Downloading", 0, 10 * MB),
        Progress("bbb", "Pulling fs layer"),
        Progress("aaa", "Downloading", 4 * MB, 10 * MB),
    )
    layer = state.layers["aaa"]
    assert (layer.moved, layer.size, layer.speed) == (4 * MB, 10 * MB, 4 * MB)
    assert layer.is_moving
    assert (state.moved, state.size, state.speed, state.done) == (4 * MB, 10 * MB, 4 * MB, 0)


def test_layer_that_is_done_keeps_its_size() -> None:
    state = transfer(
        Progress("aaa", "Downloading", 5, 10),
        Progress("aaa", "Extracting", 3, 10),
        Progress("aaa", "Pull complete"),
    )
    layer = state.layers["aaa"]
    assert (layer.moved, layer.size, layer.speed, layer.is_done) == (10, 10, 0, True)
    assert not layer.existed


def test_layer_that_exists_moves_nothing() -> None:
    state = transfer(Progress("aaa", "Layer already exists"), Progress("bbb", "Already exists"))
    assert all(layer.existed and layer.is_done for layer in state.layers.values())
    assert (state.moved, state.size, state.done) == (0, 0, 2)


def test_more_bytes_than_were_told() -> None:
    layer = transfer(Progress("aaa", "Pushing", 120, 100)).layers["aaa"]
    assert (layer.moved, layer.size, layer.is_moving) == (120, 120, False)


def test_digest_comes_last() -> None:
    digest = Digest.of(b"")
    state = transfer(Progress("aaa", "Pushed"), Progress("", "done", digest=digest))
    assert state.digest == digest
    assert list(state.layers) == ["aaa"]
