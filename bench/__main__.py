"""All measurements, side by side: `python -m bench [--rounds N] [NAME…]`.

Prints one table of ratios. When all ran, it is written to docs/bench.json, with a picture for the
README. Exits with 1 when a target is missed by more than the rounds differ.

A target may be out of reach on a machine: where the registry alone, asked by `wrk` for the same
things over as many connections in the same round, takes longer than the target allows, no client
can meet it. The table says so, with that floor, and the row is judged by the floor: at most 1.5 of
it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import embedded_engine, growth, inventory, lab_overhead, layer_files, registry_speed
from bench.harness import WITHIN, Ratio
from bench.picture import picture

ROUNDS = 3
DOCS = Path(__file__).parent.parent / "docs"
BENCHES: dict[str, Callable[[int], Iterator[Ratio]]] = {
    "inventory": inventory.measure,
    "growth": growth.measure,
    "layer_files": layer_files.measure,
    "registry_speed": registry_speed.ratios,
    "embedded_engine": embedded_engine.ratios,
    "lab_overhead": lab_overhead.ratios,
}


def row(ratio: Ratio) -> str:
    ours, theirs = statistics.median(ratio.ours), statistics.median(ratio.theirs)
    numbers = f"{ours:9.2f} {theirs:9.2f} {ratio.unit:4} {ratio.median:7.3f} ±{ratio.noise:6.3f}"
    target = "" if ratio.at_most is None else f"≤ {ratio.at_most:g}"
    floor = f"≥ {statistics.median(ratio.floors):.3f}" if target and ratio.floors else ""
    return f"{ratio.name:66} {numbers} {target:8} {floor:8} {verdict(ratio)}".rstrip()


def verdict(ratio: Ratio) -> str:
    if ratio.at_most is None:
        return ""
    judged = "missed" if ratio.missed else "met"
    if not ratio.out_of_reach:
        return judged
    instead = statistics.median(ratio.over_floor)
    return f"out of reach; {instead:.2f} of the floor, ≤ {WITHIN:g}: {judged}"


def document(found: list[Ratio]) -> list[dict[str, object]]:
    return [
        {
            "name": ratio.name,
            "ours": ratio.ours,
            "theirs": ratio.theirs,
            "unit": ratio.unit,
            "ratio": ratio.median,
            "noise": ratio.noise,
            "at_most": ratio.at_most,
            "floor": ratio.floors,
            "out_of_reach": ratio.out_of_reach,
            "missed": ratio.missed,
            "points": ratio.points,
        }
        for ratio in found
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("names", nargs="*", choices=[[], *BENCHES])
    options = parser.parse_args()
    found: list[Ratio] = []
    heading = f"{'':66} {'ours':>9} {'theirs':>9}      {'ratio':>7} {'noise':>7} target   floor"
    print(heading)
    for name in options.names or BENCHES:
        for ratio in BENCHES[name](options.rounds):
            found.append(ratio)
            print(row(ratio), flush=True)
    if not options.names:
        (DOCS / "bench.json").write_text(json.dumps(document(found), indent=1) + "\n", "utf-8")
        (DOCS / "bench.svg").write_text(picture(found), "utf-8")
    return 1 if any(ratio.missed for ratio in found) else 0


if __name__ == "__main__":
    sys.exit(main())
