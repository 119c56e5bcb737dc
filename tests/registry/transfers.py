"""A process of its own that moves 500 MB down and up, and prints its peak memory in bytes.

Its argument is the address of a registry with that blob; without one it is its own, in-process.
"""

from __future__ import annotations

import re
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

from werkzeug import Request, Response

from regnb.oci import Digest
from regnb.registry import RegistryClient, WsgiTransport
from tests.registry.apps import TableApp

SIZE = 500_000_000
DIGEST = Digest("sha256:38f7c0648553d81ad9402ebdd1b275a0029644c5b7eef7c963dfa7db9ef0ba23")
BLOCK = bytes(250_000)


def blocks() -> Iterator[bytes]:
    for _ in range(SIZE // len(BLOCK)):
        yield BLOCK


def take(request: Request) -> Response:
    size = 0
    while block := request.stream.read(len(BLOCK)):
        size += len(block)
    return Response("", 201 if size == SIZE else 400)


def registry_of_zeros() -> TableApp:
    return TableApp(
        {
            f"GET /v2/w3/blobs/{DIGEST}": lambda _: Response(
                blocks(), headers={"Content-Length": str(SIZE)}
            ),
            "POST /v2/w3/blobs/uploads/": Response("", 202, headers={"Location": "/up"}),
            "PUT /up": take,
        }
    )


def main(url: str) -> None:
    transport = None if url else WsgiTransport(registry_of_zeros())
    with RegistryClient(url or "http://localhost:5000", transport=transport) as client:
        assert sum(map(len, client.stream_blob("w3", DIGEST))) == SIZE
        client.upload_blob("w3", DIGEST, blocks(), size=SIZE)
    print(peak_memory())


def peak_memory() -> int:
    """Bytes; Linux's `ru_maxrss` is no help, since a child inherits that of its parent."""
    status = Path("/proc/self/status")
    if status.exists():
        kilobytes = re.search(r"VmHWM:\s*(\d+) kB", status.read_text())
        assert kilobytes
        return int(kilobytes[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else "")
