"""What the benches share: rounds in turn, ratios of each round, and the noise between rounds."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Ratio:
    """Ours over theirs, round by round; less is better, `at_most` is the target if there is one.

    Of numbers of which more is better it is theirs over ours. `points` are for a plot.
    """

    name: str
    ours: list[float]
    theirs: list[float]
    unit: str = "s"
    at_most: float | None = None
    more_is_better: bool = False
    points: Sequence[tuple[float, float]] = ()

    @property
    def rounds(self) -> list[float]:
        """The ratio of each round: both sides met the machine in the same minute."""
        pairs = zip(self.ours, self.theirs, strict=True)
        if self.more_is_better:
            return [theirs / ours for ours, theirs in pairs]
        return [ours / theirs for ours, theirs in pairs]

    @property
    def median(self) -> float:
        """The ratio to tell."""
        return statistics.median(self.rounds)

    @property
    def noise(self) -> float:
        """Half of the distance between the best and the worst round."""
        return (max(self.rounds) - min(self.rounds)) / 2

    @property
    def missed(self) -> bool:
        """Whether the target is missed by more than the noise."""
        return self.at_most is not None and self.median - self.noise > self.at_most


def seconds(action: Callable[[], object]) -> float:
    """What `action` takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def in_turn(rounds: int, *actions: Callable[[], float]) -> list[list[float]]:
    """The numbers of each of `actions`, which take turns."""
    found: list[list[float]] = [[] for _ in actions]
    for _ in range(rounds):
        for numbers, action in zip(found, actions, strict=True):
            numbers.append(action())
    return found


@contextmanager
def fresh_folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="regnb-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
