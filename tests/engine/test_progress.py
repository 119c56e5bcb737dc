from __future__ import annotations

import pytest

from regnb.engine.progress import Progress, Transfer, read_progress
from regnb.errors import ImageNotFound, InvalidManifest, PullFailed, PushFailed
from regnb.oci import Digest

DIGEST = Digest("sha256:4f624e90e436d1796843e5537fe5c3bbd8f1114fb2619034c12388918c85d020")
LAYER = "2b25c20ccfe2"

# Recorded from dockerd 20.10.
PUSH: list[object] = [
    {"status": "The push refers to repository [localhost:5801/x]"},
    {"status": "Preparing", "progressDetail": {}, "id": LAYER},
    {
        "status": "Pushing",
        "progressDetail": {"current": 230400, "total": 22854305},
        "progress": "[>     ]  230.4kB/22.85MB",
        "id": LAYER,
    },
    {"status": "Pushed", "progressDetail": {}, "id": LAYER},
    {"status": f"1: digest: {DIGEST} size: 528"},
    {"progressDetail": {}, "aux": {"Tag": "1", "Digest": DIGEST, "Size": 528}},
]
PULL: list[object] = [
    {"status": "Pulling from library/nginx", "id": "latest"},
    {"status": "Pulling fs layer", "progressDetail": {}, "id": LAYER},
    {"status": "Downloading", "progressDetail": {"current": 10, "total": 20}, "id": LAYER},
    {"status": "Pull complete", "progressDetail": {}, "id": LAYER},
    {"status": f"Digest: {DIGEST}"},
    {"status": "Status: Downloaded newer image for nginx:latest"},
]


def events(lines: list[object]) -> list[Progress]:
    return list(read_progress(lines, subject="w3", failed=PushFailed))


def test_push_tells_each_layer_and_its_bytes() -> None:
    assert events(PUSH)[1:4] == [
        Progress(LAYER, "Preparing"),
        Progress(LAYER, "Pushing", 230400, 22854305),
        Progress(LAYER, "Pushed"),
    ]


@pytest.mark.parametrize("lines", [PUSH, PULL], ids=["push", "pull"])
def test_digest_comes_with_the_last_event_only(lines: list[object]) -> None:
    *before, last = events(lines)
    assert last.digest == DIGEST
    assert {event.digest for event in before} == {None}


@pytest.mark.parametrize("tag", ["latest", "deadbeef0123"])
def test_pull_names_no_layer_by_the_tag(tag: str) -> None:
    assert events([{"status": "Pulling from library/nginx", "id": tag}])[0].layer == ""


def test_pull_of_an_engine_that_tells_no_digest() -> None:
    lines = [{"status": "Download complete", "progressDetail": {}, "id": LAYER}]
    assert events([*lines]) == [Progress(LAYER, "Download complete")]


@pytest.mark.parametrize(
    "line",
    [
        {"errorDetail": {"message": "manifest invalid"}, "error": "manifest invalid"},
        {"error": "manifest invalid"},
        {"errorDetail": {"code": 1}, "error": "manifest invalid"},
    ],
)
def test_error_inside_the_stream_is_raised(line: object) -> None:
    reading = read_progress([PUSH[0], line], subject="w3", failed=PushFailed)
    assert next(reading).status.startswith("The push refers")
    with pytest.raises(PushFailed, match="manifest invalid") as caught:
        next(reading)
    assert caught.value.subject == "w3"


def test_error_inside_the_stream_takes_the_class_of_its_text() -> None:
    line = {"error": "manifest unknown"}
    with pytest.raises(ImageNotFound):
        list(read_progress([line], subject="nginx:nope", failed=PullFailed))


def test_line_that_is_no_object_is_refused() -> None:
    with pytest.raises(InvalidManifest):
        events(["Pushing"])


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
