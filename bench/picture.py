"""The measurements as a picture: a bar for each ratio that has a target, and the growth."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence
from html import escape

from bench.harness import Ratio

WIDTH, LEFT, RIGHT, ROW, PLOT = 940, 430, 170, 22, 190
LOWEST, HIGHEST = 0.005, 3.0
GOOD, BAD, INK = "#2a7f62", "#b3432b", "#333333"
HEADING = (
    "regnb’s share of the time (log scale); the mark is the target, the floor the registry alone"
)
FLOOR = "out of reach, floor {floor:.2g}"

FONT = f'font-family="sans-serif" font-size="12" fill="{INK}"'


def picture(found: Sequence[Ratio]) -> str:
    """The SVG."""
    bars = [ratio for ratio in found if ratio.at_most is not None]
    points = next((ratio.points for ratio in found if ratio.points), ())
    top = 46 + ROW * len(bars)
    height = top + (PLOT + 60 if points else 10)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {FONT}>',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        text(10, 18, HEADING, bold=True),
        *(part for number, ratio in enumerate(bars) for part in bar(40 + ROW * number, ratio)),
        *(plot(top + 20, points) if points else ()),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def bar(y: int, ratio: Ratio) -> Iterator[str]:
    end, target = x_of(ratio.median), x_of(ratio.at_most or 1)
    colour = BAD if ratio.missed else GOOD
    yield text(LEFT - 8, y + 11, ratio.name, anchor="end")
    yield f'<rect x="{LEFT}" y="{y}" width="{end - LEFT:.1f}" height="14" fill="{colour}"/>'
    yield f'<rect x="{target:.1f}" y="{y - 3}" width="2" height="20" fill="{INK}"/>'
    words = f"{ratio.median:.3g}"
    if ratio.out_of_reach:
        words += f" ({FLOOR.format(floor=statistics.median(ratio.floors))})"
    yield text(max(end, target) + 8, y + 11, words)


def x_of(value: float) -> float:
    share = math.log(max(value, LOWEST) / LOWEST) / math.log(HIGHEST / LOWEST)
    return LEFT + min(share, 1.0) * (WIDTH - LEFT - RIGHT)


def plot(top: float, points: Sequence[tuple[float, float]]) -> Iterator[str]:
    """Seconds over repositories, both in log scale, with the straight line of the first point."""
    (first, start), (last, end) = points[0], points[-1]
    straight = start * last / first
    highest = math.log10(max(end, straight) / start)

    def place(repositories: float, seconds: float) -> tuple[float, float]:
        x = LEFT + math.log(repositories / first) / math.log(last / first) * (WIDTH - LEFT - RIGHT)
        return x, top + PLOT - math.log10(seconds / start) / highest * (PLOT - 30)

    yield text(10, top + 20, "Seconds of a first inventory, by repositories", bold=True)
    yield text(10, top + 38, "(five tags each; dashed: exactly in proportion)")
    (x1, y1), (x2, y2) = place(first, start), place(last, straight)
    line = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    yield f'<line {line} stroke="{INK}" stroke-dasharray="4 4"/>'
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in points))
    yield f'<polyline points="{path}" fill="none" stroke="{GOOD}" stroke-width="2"/>'
    for repositories, seconds in points:
        x, y = place(repositories, seconds)
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{GOOD}"/>'
        yield text(x, y - 10, f"{seconds:.1f} s", anchor="middle")
        yield text(x, top + PLOT + 22, f"{repositories:,.0f}", anchor="middle")


def text(x: float, y: float, words: str, *, anchor: str = "start", bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f"<text {place}{weight}>{escape(words)}</text>"
