"""The facts of every tag by one client.

    python -m bench.inventory_clients NAME ADDRESS EVERY CACHE

Prints the seconds that it took and the memory at most, in MiB; loading pandas is left out. EVERY
tells which repositories are read: all (1), or one of so many. The facts are repository, tag,
digest, media type, platforms, time of creation, sizes and layers.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd  # noqa: F401 - its loading is not measured

from regnb.inventory import inventory
from regnb.registry import RegistryClient

if TYPE_CHECKING:
    from dxf import DXF
    from oras.provider import Registry

HOUR = 3600.0


def by_regnb(address: str, _every: int, cache: Path) -> int:
    with RegistryClient(f"http://{address}") as client:
        return len(inventory(client, cache=cache))


def by_regnb_again(address: str, _every: int, cache: Path) -> int:
    """What was asked for less than an hour ago is not asked for again."""
    with RegistryClient(f"http://{address}") as client:
        return len(inventory(client, cache=cache, max_age=HOUR))


def by_dxf(address: str, every: int, _cache: Path) -> int:
    from dxf import DXF, DXFBase

    base = DXFBase(address, insecure=True)
    tags = 0
    with base:
        for name in list(base.list_repos(batch_size=1000))[::every]:
            repository = DXF.from_base(base, name)
            for tag in repository.list_aliases():
                read_by_dxf(repository, tag)
                tags += 1
    return tags


def read_by_dxf(repository: DXF, reference: str) -> None:
    content, _response = repository.get_manifest_and_response(reference)
    manifest = json.loads(content)
    for entry in manifest.get("manifests", ()):
        read_by_dxf(repository, entry["digest"])
    if "config" in manifest:
        blocks: Any = repository.pull_blob(manifest["config"]["digest"])
        json.loads(b"".join(blocks))


def by_oras(address: str, every: int, _cache: Path) -> int:
    """It has no catalogue, which is asked for directly, and tells no digest of a tag."""
    from oras.provider import Registry

    registry = Registry(hostname=address, insecure=True, tls_verify=False)
    with RegistryClient(f"http://{address}") as client:
        names = client.list_repositories()
    tags = 0
    for name in names[::every]:
        for tag in registry.get_tags(f"{address}/{name}"):
            read_by_oras(registry, f"{address}/{name}", f":{tag}")
            tags += 1
    return tags


def read_by_oras(registry: Registry, name: str, reference: str) -> None:
    manifest = registry.get_manifest(f"{name}{reference}")
    for entry in manifest.get("manifests", ()):
        read_by_oras(registry, name, f"@{entry['digest']}")
    if "config" in manifest:
        registry.get_blob(name, manifest["config"]["digest"]).json()


def by_skopeo(address: str, every: int, _cache: Path) -> int:
    """It has no catalogue either; of an index it inspects one platform."""
    with RegistryClient(f"http://{address}") as client:
        names = client.list_repositories()
    tags = 0
    for name in names[::every]:
        place = f"docker://{address}/{name}"
        for tag in skopeo("list-tags", place)["Tags"]:
            skopeo("inspect", f"{place}:{tag}")
            tags += 1
    return tags


def skopeo(command: str, place: str) -> dict[str, list[str]]:
    words = ["skopeo", command, "--tls-verify=false", place]
    answer: dict[str, list[str]] = json.loads(
        subprocess.run(words, check=True, capture_output=True).stdout
    )
    return answer


CLIENTS: dict[str, Callable[[str, int, Path], int]] = {
    "regnb": by_regnb,
    "regnb again": by_regnb_again,
    "python-dxf": by_dxf,
    "oras-py": by_oras,
    "skopeo": by_skopeo,
}


def main(name: str, address: str, every: str, cache: str) -> None:
    started, before = time.perf_counter(), time.process_time()
    tags = CLIENTS[name](address, int(every), Path(cache))
    took = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    used = time.process_time() - before
    found = {"seconds": took * int(every), "cpu": used, "memory": memory, "tags": tags}
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
