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

# Of what the same requests take without a client that understands the answers.
WITHIN = 1.5


@dataclass(frozen=True)
class Ratio:
    """Ours over theirs, round by round; less is better, `at_most` is the target if there is one.

    Of numbers of which more is better it is theirs over ours. `floor` is what the other side of the
    wire takes alone, in the unit of ours: no client can be faster. `points` are for a plot.
    """

    name: str
    ours: list[float]
    theirs: list[float]
    unit: str = "s"
    at_most: float | None = None
    more_is_better: bool = False
    floor: Sequence[float] = ()
    points: Sequence[tuple[float, float]] = ()

    @property
    def rounds(self) -> list[float]:
        """The ratio of each round: both sides met the machine in the same minute."""
        if self.more_is_better:
            return shares(self.theirs, self.ours)
        return shares(self.ours, self.theirs)

    @property
    def median(self) -> float:
        """The ratio to tell."""
        return statistics.median(self.rounds)

    @property
    def noise(self) -> float:
        """Half of the distance between the best and the worst round."""
        return noise(self.rounds)

    @property
    def floors(self) -> list[float]:
        """The ratio of each round that could not be less; empty when none is known."""
        return shares(self.floor, self.theirs) if self.floor else []

    @property
    def out_of_reach(self) -> bool:
        """Whether even the floor is above the target, by more than the rounds differ."""
        if self.at_most is None or not self.floor:
            return False
        return above(self.floors, self.at_most)

    @property
    def over_floor(self) -> list[float]:
        """Ours over the floor, round by round."""
        return shares(self.ours, self.floor)

    @property
    def missed(self) -> bool:
        """Whether the target is missed by more than the rounds differ.

        One that is out of reach is replaced: ours within WITHIN of the floor.
        """
        if self.out_of_reach:
            return above(self.over_floor, WITHIN)
        return self.at_most is not None and above(self.rounds, self.at_most)


def shares(parts: Sequence[float], wholes: Sequence[float]) -> list[float]:
    """One over the other, round by round."""
    return [part / whole for part, whole in zip(parts, wholes, strict=True)]


def noise(rounds: Sequence[float]) -> float:
    """Half of the distance between the best and the worst round."""
    return (max(rounds) - min(rounds)) / 2


def above(rounds: Sequence[float], limit: float) -> bool:
    """Whether the rounds are above `limit` by more than they differ."""
    return statistics.median(rounds) - noise(rounds) > limit


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
