"""The cost of an inventory as the registry grows, and its memory for 100,000 tags.

The registry is made up (see `bench.generated`), so that what grows is what the client does.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.generated import TAGS
from bench.harness import Ratio, fresh_folder

SIZES = (100, 1000, 10_000)
LARGEST = 20_000
MOST_MEMORY = 200.0
MOST_ROUNDS = 2  # the largest takes minutes


@dataclass(frozen=True)
class Point:
    """An inventory of so many repositories."""

    repositories: int
    seconds: float
    memory: float


@contextmanager
def generated(repositories: int) -> Iterator[str]:
    """The address of a made-up registry."""
    words = [sys.executable, "-m", "bench.generated", str(repositories)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield f"127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


def inventory_of(repositories: int, folder: Path) -> Point:
    with generated(repositories) as address:
        words = [sys.executable, "-m", "bench.inventory_clients", "regnb", address, "1"]
        done = subprocess.run([*words, folder / "cache"], check=True, capture_output=True)
    found = json.loads(done.stdout)
    assert found["tags"] == repositories * TAGS
    return Point(repositories, found["seconds"], found["memory"])


def points(sizes: tuple[int, ...]) -> list[Point]:
    """One inventory of each size, each with an empty cache."""
    found = []
    for size in sizes:
        with fresh_folder() as folder:
            found.append(inventory_of(size, folder))
    return found


def measure(rounds: int) -> Iterator[Ratio]:
    grown = [points(SIZES) for _ in range(min(rounds, MOST_ROUNDS))]
    for smaller, larger in zip(range(2), range(1, 3), strict=True):
        few, many = SIZES[smaller], SIZES[larger]
        yield Ratio(
            f"seconds for each of {many:,} repositories / of {few:,}",
            [round_[larger].seconds / many for round_ in grown],
            [round_[smaller].seconds / few for round_ in grown],
            at_most=1.3,
            points=[(point.repositories, point.seconds) for point in grown[0]],
        )
    (largest,) = points((LARGEST,))
    yield Ratio(
        f"memory for {LARGEST * TAGS:,} tags / 200 MiB",
        [largest.memory],
        [MOST_MEMORY],
        unit="MiB",
        at_most=1.0,
    )
