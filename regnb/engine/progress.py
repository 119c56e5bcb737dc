"""What an engine says while it pulls or pushes.

The stream is one JSON object per line, an error included, after a status of 200:
https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Image/operation/ImageCreate
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from regnb.engine.failures import failure
from regnb.errors import EngineError
from regnb.oci import Digest
from regnb.oci.json import Json, as_object

_DIGEST = re.compile(r"(?:^D|: d)igest: (sha256:[0-9a-f]{64})")
_LAYER = re.compile(r"[0-9a-f]{12,64}")
_START = "Pulling from "
_LAST_OF_PULL = "Status: "
_MOVING = frozenset({"Downloading", "Pushing"})
_EXISTING = frozenset({"Already exists", "Layer already exists"})
_DONE = frozenset({"Pull complete", "Pushed", *_EXISTING})
_ARRIVED = _DONE | {"Verifying Checksum", "Download complete", "Extracting"}


@dataclass(frozen=True, slots=True)
class Progress:
    """One line of progress; `current` and `total` in bytes, 0 when the engine does not tell.

    `layer` is the short ID of a layer, empty when the line is about the whole; `status` is the
    engine's text; `digest` comes with the last line of a pull or push that went well.
    """

    layer: str
    status: str
    current: int = 0
    total: int = 0
    digest: Digest | None = None


def read_progress(
    lines: Iterable[object], *, subject: str, failed: type[EngineError]
) -> Iterator[Progress]:
    """Progress in the `lines` of a stream about the image `subject`.

    Raises, for an error inside the stream, the class that fits its text, else `failed`.
    """
    digest: Digest | None = None
    error: EngineError | None = None
    for line in lines:
        fields = as_object(line, "a line of progress")
        # What comes after an error is read all the same: the connection is given back at the end.
        error = error or _error_in(fields, subject, failed)
        if error:
            continue
        status = str(fields.get("status") or "").strip()
        found = _DIGEST.search(status)
        digest = Digest(found[1]) if found else digest
        if status:
            yield _event(fields, status, digest if _is_last(status) else None)
    if error:
        raise error


def _error_in(fields: Json, subject: str, failed: type[EngineError]) -> EngineError | None:
    message = fields.get("error")
    detail = fields.get("errorDetail")
    if isinstance(detail, dict):
        message = detail.get("message") or message
    return failure(str(message), subject=subject, otherwise=failed) if message else None


def _is_last(status: str) -> bool:
    return status.startswith(_LAST_OF_PULL) or ": digest: " in status


def _event(fields: Json, status: str, digest: Digest | None) -> Progress:
    amounts = fields.get("progressDetail")
    amounts = amounts if isinstance(amounts, dict) else {}
    identifier = str(fields.get("id") or "")
    # The first line of a pull carries the tag where the others have a layer.
    is_layer = not status.startswith(_START) and _LAYER.fullmatch(identifier)
    return Progress(
        layer=identifier if is_layer else "",
        status=status,
        current=int(amounts.get("current") or 0),
        total=int(amounts.get("total") or 0),
        digest=digest,
    )


@dataclass(slots=True)
class LayerTransfer:
    """One layer: `status` is the engine's word; `moved` of `size` bytes, 0 when it does not tell.

    `speed` is in bytes per second, 0 while nothing moves.
    """

    layer: str
    status: str = ""
    moved: int = 0
    size: int = 0
    speed: float = 0.0
    started: float | None = None

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do for it."""
        return self.status in _DONE

    @property
    def is_moving(self) -> bool:
        """Whether its bytes are on their way."""
        return self.status in _MOVING and self.moved < self.size

    @property
    def existed(self) -> bool:
        """Whether it was there already, so that nothing had to move."""
        return self.status in _EXISTING


class Transfer:
    """The state after all the lines that were added; `digest` comes with the last one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.layers: dict[str, LayerTransfer] = {}
        self.digest: Digest | None = None
        self._clock = clock

    def add(self, event: Progress) -> None:
        """Take in a line of the engine."""
        self.digest = event.digest or self.digest
        if not event.layer:
            return
        layer = self.layers.setdefault(event.layer, LayerTransfer(event.layer))
        layer.status = event.status
        if event.status in _MOVING:
            self._move(layer, event)
        elif event.status in _ARRIVED:
            layer.moved, layer.speed = layer.size, 0.0

    @property
    def moved(self) -> int:
        """Bytes that have moved."""
        return sum(layer.moved for layer in self.layers.values())

    @property
    def size(self) -> int:
        """Bytes to move, of the layers whose size is known so far."""
        return sum(layer.size for layer in self.layers.values())

    @property
    def speed(self) -> float:
        """Bytes per second, of all layers together."""
        return sum(layer.speed for layer in self.layers.values())

    @property
    def done(self) -> int:
        """How many layers are done."""
        return sum(layer.is_done for layer in self.layers.values())

    def _move(self, layer: LayerTransfer, event: Progress) -> None:
        now = self._clock()
        if layer.started is None:
            layer.started = now
        # An engine may tell no total, or one that was estimated too small.
        layer.moved, layer.size = event.current, max(event.total, event.current, layer.size)
        elapsed = now - layer.started
        layer.speed = layer.moved / elapsed if elapsed > 0 and layer.is_moving else 0.0
