"""The embedded engine beside skopeo: start, memory, and the same image pulled and pushed by both.

Run it with `python -m bench.embedded_engine`. Both talk to the same registry (Debian's
docker-registry), copy the same layers, and take turns; the page cache is warm for both.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import docker

from bench.harness import Ratio, fresh_folder
from bench.servers import free_port
from regnb.embedded import background
from regnb.embedded.background import Place
from regnb.embedded.home import Home
from regnb.oci import Descriptor, Digest, media_types
from regnb.registry import RegistryClient

LAYERS, LAYER_SIZE, ROUNDS = 5, 100_000_000, 3
CONFIG = """\
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {root}}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""


@contextmanager
def registry(folder: Path) -> Iterator[str]:
    port = free_port()
    config = folder / "registry.yml"
    config.write_text(CONFIG.format(root=folder / "registry", port=port))
    process = subprocess.Popen(["docker-registry", "serve", config], stderr=subprocess.DEVNULL)
    while not _accepts(port):
        time.sleep(0.02)
    try:
        yield f"localhost:{port}"
    finally:
        process.terminate()
        process.wait()


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def upload_image(address: str) -> None:
    layers = []
    with RegistryClient(f"http://{address}", timeout=60) as client:
        for _ in range(LAYERS):
            content = gzip.compress(os.urandom(LAYER_SIZE), compresslevel=0, mtime=0)
            digest = client.put_blob("big", content)
            layers.append(Descriptor(media_types.OCI_LAYER_GZIP, digest, len(content)).to_json())
        config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {}}).encode()
        client.put_blob("big", config)
        described = Descriptor(media_types.OCI_CONFIG, Digest.of(config), len(config)).to_json()
        manifest = {
            "schemaVersion": 2,
            "mediaType": media_types.OCI_MANIFEST,
            "config": described,
            "layers": layers,
        }
        content = json.dumps(manifest).encode()
        client.put_manifest("big", "1", content, media_type=media_types.OCI_MANIFEST)


def seconds(action: Callable[..., object], *arguments: object) -> float:
    started = time.perf_counter()
    action(*arguments)
    return time.perf_counter() - started


def copy(source: str, target: str) -> None:
    options = ["--src-tls-verify=false", "--dest-tls-verify=false", "--quiet"]
    subprocess.run(["skopeo", "copy", *options, source, target], check=True)


def drain(lines: Iterator[dict[str, object]]) -> None:
    for line in lines:
        if "error" in line:
            raise RuntimeError(line["error"])


def pull(client: docker.DockerClient, name: str) -> None:
    drain(client.api.pull(name, tag="1", stream=True, decode=True))


def push(client: docker.DockerClient, name: str) -> None:
    drain(client.api.push(name, tag="1", stream=True, decode=True))


def measure(
    folder: Path, address: str, client: docker.DockerClient, rounds: int
) -> dict[str, list[float]]:
    times: list[list[float]] = [[], [], [], []]
    engine_pull, skopeo_pull, engine_push, skopeo_push = times
    name, layout = f"{address}/big", folder / "layout"
    for number in range(rounds):
        engine_pull.append(seconds(pull, client, name))
        skopeo_pull.append(seconds(copy, f"docker://{name}:1", f"oci:{layout}:1"))
        # A registry mounts what another repository has: each push goes to an empty one.
        with registry(Path(tempfile.mkdtemp(dir=folder))) as empty:
            client.api.tag(f"{name}:1", f"{empty}/big", "1")
            engine_push.append(seconds(push, client, f"{empty}/big"))
            client.api.remove_image(f"{empty}/big:1")
        with registry(Path(tempfile.mkdtemp(dir=folder))) as empty:
            skopeo_push.append(seconds(copy, f"oci:{layout}:1", f"docker://{empty}/big:1"))
        client.api.remove_image(f"{name}:1")
        shutil.rmtree(layout)
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    return dict(
        zip(("engine pull", "skopeo pull", "engine push", "skopeo push"), times, strict=True)
    )


def resident(pid: int) -> float:
    """MiB at most so far."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.partition("VmHWM:")[2].split()[0]) / 1024


def start_times(folder: Path) -> list[float]:
    times = []
    for number in range(5):
        home = folder / f"start-{number}"
        place = Place(home / "s", Home(home), "samples")
        times.append(seconds(background.start, place))
        background.stop(place)
    return times


def compared(folder: Path, rounds: int) -> tuple[dict[str, list[float]], float]:
    """The seconds of each, and the memory of the engine at most, in MiB."""
    place = Place(folder / "e" / "s", Home(folder / "home"))
    background.start(place)
    try:
        with registry(folder) as address:
            upload_image(address)
            client = docker.DockerClient(base_url=place.endpoint, timeout=300)
            times = measure(folder, address, client, rounds)
            client.close()
        found = background.status(place)
        return times, resident(found.pid) if found else 0.0
    finally:
        background.stop(place)


def ratios(rounds: int) -> Iterator[Ratio]:
    """The engine over skopeo, for the same image of the same registry."""
    with fresh_folder() as folder:
        times, _memory = compared(folder, rounds)
    for what in ("pull", "push"):
        name = f"{what} of {LAYERS * LAYER_SIZE / 1e6:.0f} MB: embedded engine / skopeo"
        yield Ratio(name, times[f"engine {what}"], times[f"skopeo {what}"])


def main() -> None:
    with fresh_folder() as folder:
        print(f"start to first answer: {statistics.median(start_times(folder)):.2f} s")
        times, memory = compared(folder, ROUNDS)
    for label, values in times.items():
        print(f"{label}: {statistics.median(values):.2f} s ({LAYERS * LAYER_SIZE / 1e6:.0f} MB)")
    for what in ("pull", "push"):
        ours, theirs = (statistics.median(times[f"{who} {what}"]) for who in ("engine", "skopeo"))
        print(f"{what}: {ours / theirs:.2f} times skopeo's time")
    print(f"resident memory at most: {memory:.0f} MiB")


if __name__ == "__main__":
    main()
