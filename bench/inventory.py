"""Every tag of a registry of 1,000 repositories, by regnb and by others, in one run.

docker-registry and regnb's own serve the same contents. skopeo reads one repository of a hundred,
python-dxf and oras-py one of twenty, and their times are multiplied: they go on one by one, so that
the time grows with the number. wrk sends the very requests that regnb sends, as fast as it can,
over as many connections; it understands nothing of what it gets. Where the registry itself needs
longer for these requests than the target allows (wrk over the other tool is above the target), no
client can meet it: such a row is told to be out of reach, and judged by wrk instead.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.big_registry import contents_of, fill_distribution, fill_regnb
from bench.harness import WITHIN, Ratio, fresh_folder, in_turn
from bench.servers import distribution, regnb, running
from regnb.inventory import CONNECTIONS
from regnb.oci.media_types import ACCEPTED_MANIFESTS

REPOSITORIES = 1000
EVERY = {"skopeo": 100, "python-dxf": 20, "oras-py": 20}
FASTER = {"skopeo": 20, "python-dxf": 4}
WRK_SECONDS = 12  # about as long as all of them take once: some are slower than others
SERVERS = {"docker-registry": (distribution, fill_distribution), "regnb": (regnb, fill_regnb)}
SCRIPT = """
local paths, next_one = {}, 0
for line in io.lines("PATHS") do paths[#paths + 1] = line end
wrk.headers["Accept"] = "ACCEPT"
request = function()
  next_one = next_one % #paths + 1
  return wrk.format("GET", paths[next_one])
end
"""


class Runs:
    """One server, and what is run on it."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self.address = address
        self.count = 0

    def cold(self) -> float:
        """Seconds of the first run, with nothing in the cache."""
        self.count += 1
        return self.run("regnb")

    def run(self, name: str) -> float:
        every = EVERY.get(name, 1)
        cache = self.folder / f"cache-{self.count}"
        words = [sys.executable, "-m", "bench.inventory_clients"]
        done = subprocess.run(
            [*words, name, self.address, str(every), cache], check=True, capture_output=True
        )
        found = json.loads(done.stdout)
        assert found["tags"] == REPOSITORIES * 5 // every, found
        return float(found["seconds"])

    def wrk(self, requests: int, script: Path) -> float:
        """Seconds that `requests` take, from how many are answered in a while."""
        words = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{WRK_SECONDS}s", "-s", str(script)]
        done = subprocess.run(
            [*words, f"http://{self.address}"], check=True, capture_output=True, text=True
        )
        assert "Non-2xx" not in done.stdout, done.stdout
        found = re.search(r"Requests/sec:\s*([\d.]+)", done.stdout)
        assert found, done.stdout
        return requests / float(found[1])


def requests_of(repositories: int) -> list[str]:
    """The paths that an inventory asks for, each config once."""
    paths = ["/v2/_catalog?n=1000"]
    for contents in contents_of(repositories):
        base = f"/v2/{contents.name}"
        paths.append(f"{base}/tags/list")
        paths += [f"{base}/manifests/{tag}" for tag in contents.tags]
        tagged = set(contents.tags.values())
        paths += [f"{base}/manifests/{digest}" for digest in contents.manifests.keys() - tagged]
        for _, content in contents.manifests.values():
            document = json.loads(content)
            annotated = any("in-toto" in layer["mediaType"] for layer in document.get("layers", ()))
            if "config" in document and not annotated:
                paths.append(f"{base}/blobs/{document['config']['digest']}")
    return list(dict.fromkeys(paths))


def measure(rounds: int) -> Iterator[Ratio]:
    paths = requests_of(REPOSITORIES)
    with fresh_folder() as folder:
        listed, script = folder / "paths", folder / "script.lua"
        listed.write_text("\n".join(paths))
        text = SCRIPT.replace("PATHS", str(listed))
        script.write_text(text.replace("ACCEPT", ", ".join(ACCEPTED_MANIFESTS)))
        for name, (start, fill) in SERVERS.items():
            store = folder / name
            fill(store, REPOSITORIES)
            with running(start, store) as port:
                runs = Runs(folder / f"caches-{name}", f"127.0.0.1:{port}")
                yield from ratios(name, runs, len(paths), script, rounds)


def ratios(server: str, runs: Runs, requests: int, script: Path, rounds: int) -> Iterator[Ratio]:
    runs.wrk(requests, script)  # so that all find the files in the memory of the machine
    others = list(EVERY)
    cold, again, checked, wrk, *theirs = in_turn(
        rounds,
        runs.cold,
        lambda: runs.run("regnb again"),
        lambda: runs.run("regnb"),
        lambda: runs.wrk(requests, script),
        *(lambda name=name: runs.run(name) for name in others),
    )
    where = f"all 5,000 tags of {server}"
    for name, times in zip(others, theirs, strict=True):
        at_most = 1 / FASTER[name] if name in FASTER else None
        yield Ratio(f"{where}: regnb / {name}", cold, times, at_most=at_most, floor=wrk)
    yield Ratio(f"{where}: regnb / wrk, same requests", cold, wrk, at_most=WITHIN)
    yield Ratio(f"{where}: again within the hour / first time", again, cold, at_most=0.1)
    yield Ratio(f"{where}: again, each tag asked by HEAD / first time", checked, cold)
