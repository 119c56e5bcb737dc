"""Push and pull with fifty clients at once: `python -m bench.many_clients [SECONDS]`.

Each client pushes images with a layer of its own beside one that all share, and pulls those of
others, verifying every digest. It exits with 1 when a request failed or a byte was wrong.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.registry_speed import running
from bench.servers import regnb
from regnb.errors import RegnbError
from regnb.oci import Digest, ImageManifest, media_types
from regnb.registry import RegistryClient

CLIENTS = 50
SECONDS = 60.0
LARGEST = 2_000_000


@dataclass
class Done:
    """What all clients did together; `wrong` has a line for each failure."""

    pushes: int = 0
    pulls: int = 0
    size: int = 0
    wrong: list[str] = field(default_factory=list)
    pushed: list[tuple[str, Digest]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def soak(url: str, *, clients: int = CLIENTS, seconds: float = SECONDS) -> Done:
    """What `clients` did for `seconds` with the registry at `url`."""
    done, end = Done(), time.monotonic() + seconds
    threads = [
        threading.Thread(target=_one_client, args=(url, number, end, done))
        for number in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def _one_client(url: str, number: int, end: float, done: Done) -> None:
    chance = random.Random(number)
    with RegistryClient(url, timeout=60) as client:
        turn = 0
        while turn == 0 or time.monotonic() < end:
            turn += 1
            _noted(done, lambda: _push(client, number, turn, chance, done))  # noqa: B023 - called at once
            _noted(done, lambda: _pull(client, chance, done))


def _noted(done: Done, work: Callable[[], None]) -> None:
    try:
        work()
    except (RegnbError, AssertionError) as error:
        with done.lock:
            done.wrong.append(f"{type(error).__name__}: {error}")


def _push(
    client: RegistryClient, number: int, turn: int, chance: random.Random, done: Done
) -> None:
    repository = f"soak/{number % 7}"
    own = chance.randbytes(chance.randrange(LARGEST))
    layers = []
    for content in (b"shared by all", own):
        digest = _upload(client, repository, content)
        layers.append({"mediaType": media_types.OCI_LAYER, "digest": digest, "size": len(content)})
    config = _upload(client, repository, b"{}")
    manifest = {
        "schemaVersion": 2,
        "mediaType": media_types.OCI_MANIFEST,
        "config": {"mediaType": media_types.OCI_CONFIG, "digest": config, "size": 2},
        "layers": layers,
    }
    content = json.dumps(manifest).encode()
    tag = f"{number}-{turn}"
    digest = client.put_manifest(repository, tag, content, media_type=media_types.OCI_MANIFEST)
    assert digest == Digest.of(content), "the registry stored other bytes"
    with done.lock:
        done.pushes += 1
        done.size += len(own)
        done.pushed.append((repository, digest))


def _upload(client: RegistryClient, repository: str, content: bytes) -> Digest:
    digest = Digest.of(content)
    if not client.blob_exists(repository, digest):
        client.upload_blob(repository, digest, [content], size=len(content))
    return digest


def _pull(client: RegistryClient, chance: random.Random, done: Done) -> None:
    with done.lock:
        repository, wanted = chance.choice(done.pushed) if done.pushed else ("", None)
    if wanted is None:
        return
    manifest = client.get_manifest(repository, wanted)
    assert isinstance(manifest, ImageManifest)
    assert manifest.digest == wanted, "another manifest came"
    for layer in manifest.layers:
        received = sum(len(block) for block in client.stream_blob(repository, layer.digest))
        assert received == layer.size, "a layer was cut short"
    with done.lock:
        done.pulls += 1


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    numbers: dict[str, float] = {}
    with running(regnb, numbers) as port:
        done = soak(f"http://127.0.0.1:{port}", seconds=seconds)
    print(f"{done.pushes} pushes ({done.size / 1e6:.0f} MB), {done.pulls} pulls, {seconds:.0f} s")
    print(f"most memory, MiB: {numbers['most memory, MiB']:.0f}")
    print(f"{len(done.wrong)} failures", *done.wrong[:20], sep="\n")
    raise SystemExit(1 if done.wrong else 0)


if __name__ == "__main__":
    main()
