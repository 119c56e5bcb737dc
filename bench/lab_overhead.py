"""The lab's own overhead: the same steps by regnb and by a shell script of `docker` and `curl`.

    python -m bench.lab_overhead [ROUNDS]

Both start with nothing on the engine and leave nothing, in alternation and one run. The modules
are loaded before the clock starts, as they are in a notebook's kernel; the shell is a new process,
as a terminal's commands are. Prints the ratio; exits with 1 above TARGET.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import regnb
from bench.harness import Ratio, in_turn
from regnb.engine import find_engine
from regnb.i18n import Translator
from regnb.tables.table import Table

TARGET = 1.15
ROUNDS = 5

SCRIPT = """
set -e
docker container run --name registry --detach --publish 127.0.0.1:5000:5000 registry:2.6
until curl --silent --fail http://localhost:5000/v2/; do sleep 0.05; done
curl --silent --fail http://localhost:5000/v2/_catalog
docker image pull nginx
docker image tag nginx localhost:5000/w3:1.0
docker image ls
docker image push localhost:5000/w3:1.0
curl --silent --fail http://localhost:5000/v2/_catalog
docker image rm localhost:5000/w3:1.0
docker image rm nginx
docker image pull localhost:5000/w3:1.0
docker container rm --force --volumes registry
docker image rm localhost:5000/w3:1.0
docker image rm registry:2.6
"""


def by_regnb() -> None:
    lab = regnb.open_lab("en")
    with lab.engine:
        lab.run_registry()
        lab.catalog()
        lab.pull("nginx")
        w3 = f"{lab.address}/w3:1.0"
        lab.tag("nginx", w3)
        lab.images()
        lab.push(w3)
        lab.catalog()
        lab.remove_image(w3, "nginx")
        lab.pull(w3)
        lab.clean_up()


def by_shell() -> None:
    subprocess.run(["bash", "-c", SCRIPT], check=True, capture_output=True)


def seconds(step: Callable[[], None]) -> float:
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        step()
    return time.perf_counter() - start


def ratios(rounds: int) -> Iterator[Ratio]:
    """The lab over the script; nothing where no Docker Engine answers."""
    if subprocess.run(["docker", "version"], capture_output=True, check=False).returncode:
        print("no Docker Engine answers: the overhead of the lab is left out", file=sys.stderr)
        return
    os.environ["REGNB_PROGRESS"] = "0"
    find_engine().close()
    Table.of(Translator("en"), [], columns={})
    shell, ours = in_turn(rounds, lambda: seconds(by_shell), lambda: seconds(by_regnb))
    yield Ratio("the steps of chapter 01: lab / shell script", ours, shell, at_most=TARGET)


def main(rounds: int) -> int:
    found = list(ratios(rounds))
    for ratio in found:
        print(f"ratio {ratio.median:.2f} ± {ratio.noise:.2f} (at most {TARGET})")
    return 1 if any(ratio.missed for ratio in found) else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
