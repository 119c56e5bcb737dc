"""A pull or a push as it goes on: what has become of each layer, and of the whole."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from regnb.engine.progress import Progress
from regnb.oci import Digest

_MOVING = frozenset({"Downloading", "Pushing"})
_EXISTING = frozenset({"Already exists", "Layer already exists"})
_DONE = frozenset({"Pull complete", "Pushed", *_EXISTING})
_ARRIVED = _DONE | {"Verifying Checksum", "Download complete", "Extracting"}


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
