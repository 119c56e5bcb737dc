"""Read the names in a large layer, beside `gzip -dc | tar t`: `python -m bench layer_files`.

The layer is made of the files of this machine, until it is 500 MB large.
"""

from __future__ import annotations

import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from isal import igzip

from bench.harness import Ratio, fresh_folder, in_turn, seconds
from regnb.analysis.layer_files import read_layer
from regnb.compression import zstd

SIZE = 500_000_000
BLOCK = 1 << 18
COMPRESSED: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "gzip": ("gzip -dc", lambda path: igzip.open(path, "wb", 3)),  # type: ignore[no-untyped-call]
    "zstd": ("zstd -dc", lambda path: zstd.ZstdFile(path, "wb")),
}


def files_of_this_machine() -> Iterator[Path]:
    """Over and over: a layer forgets after 32 KiB that it has seen a file."""
    while True:
        yield from (path for path in Path("/usr").rglob("*") if not path.is_dir())


def make_layer(path: Path, kind: str) -> None:
    with COMPRESSED[kind][1](path) as output, tarfile.open(fileobj=output, mode="w|") as archive:
        for name in files_of_this_machine():
            archive.add(name, recursive=False)
            if path.stat().st_size > SIZE:
                return


def blocks_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def read(path: Path) -> int:
    return sum(1 for _ in read_layer(blocks_of(path)))


def listed(path: Path, kind: str) -> int:
    command = f"{COMPRESSED[kind][0]} {path} | tar t | wc -l"
    done = subprocess.run(["sh", "-c", command], check=True, capture_output=True, text=True)
    return int(done.stdout)


def measure(rounds: int) -> Iterator[Ratio]:
    for kind, (command, _) in COMPRESSED.items():
        with fresh_folder() as folder:
            layer = folder / "layer"
            make_layer(layer, kind)
            assert read(layer) == listed(layer, kind)
            ours, theirs = in_turn(
                rounds,
                lambda layer=layer: seconds(lambda: read(layer)),  # type: ignore[misc]
                lambda layer=layer, kind=kind: seconds(lambda: listed(layer, kind)),  # type: ignore[misc]
            )
        name = f"names in a layer of 500 MB, {kind}, over `{command} | tar t`"
        yield Ratio(name, ours, theirs, at_most=0.8 if kind == "gzip" else None)
