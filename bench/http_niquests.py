"""niquests for `bench.http_clients`, in an environment of its own: it replaces urllib3.

    PYTHON_WITH_NIQUESTS -m bench.http_niquests URL SIZE BLOCK HEADS

Measures once for each line that it reads, and prints what `http_clients.measure` gives, as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator


def measured(url: str, size: int, block: int, heads: int) -> Iterator[tuple[float, ...]]:
    import niquests  # type: ignore[import-not-found]

    class Zeros:
        """With a length, without which no `Content-Length` is said."""

        def __len__(self) -> int:
            return size

        def __iter__(self) -> Iterator[bytes]:
            zeros = bytes(block)
            for start in range(0, size, block):
                yield zeros[: size - start]

    session = niquests.Session()
    while True:
        started, before = time.perf_counter(), time.process_time()
        for _ in range(heads):
            session.head(url)
        after_heads, used = time.perf_counter(), time.process_time() - before
        with session.get(url, stream=True) as response:
            assert sum(map(len, response.iter_content(block))) == size
        after_get = time.perf_counter()
        session.put(url, data=Zeros())
        down, up = after_get - after_heads, time.perf_counter() - after_get
        megabytes = size / 1e6
        rate = heads / (after_heads - started)
        yield rate, megabytes / down, megabytes / up, used / heads * 1e6


def main(url: str, *numbers: str) -> None:
    rounds = measured(url, *map(int, numbers))
    for _ in sys.stdin:
        print(json.dumps(next(rounds)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
