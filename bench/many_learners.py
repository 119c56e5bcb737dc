"""Chapter 01 by many learners at once on one machine: `python -m bench.many_learners [LEARNERS]`.

Each has a kernel, a home and an embedded engine of their own, as on a JupyterHub without
containers, and all start at the same moment. Prints how long `open_lab` and the whole took, and
what went wrong; exits with 1 when not all have finished.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from regnb.embedded import background
from regnb.embedded.background import Place

LEARNERS = 30
STEPS = """
import json, sys, time, traceback
began = time.time()
told = {"open": 0.0, "wrong": ""}
try:
    import regnb
    lab = regnb.open_lab("en", engine="embedded")
    told["open"] = time.time() - began
    lab.run_registry()
    lab.catalog()
    lab.pull("nginx")
    w3 = f"{lab.address}/w3:1.0"
    lab.tag("nginx", w3)
    lab.images()
    lab.panel()
    lab.push(w3)
    lab.catalog()
    lab.tags("w3")
    lab.layers("w3:1.0")
    lab.inspect("w3:1.0")
    lab.explore()
    lab.remove_image(w3, "nginx")
    lab.images()
    lab.pull(w3)
    lab.tag(w3, f"{lab.address}/w3:2.0")
    lab.push(f"{lab.address}/w3:2.0")
    lab.check("01-second-version")
    lab.clean_up()
except Exception as error:
    told["wrong"] = "".join(traceback.format_exception_only(error)).strip()
told["whole"] = time.time() - began
print(json.dumps(told), file=sys.stderr)
"""


def learn(folder: Path, learners: int) -> list[dict[str, Any]]:
    """What each of `learners` says of the time it took, and of what went wrong."""
    homes = [folder / str(number) for number in range(learners)]
    running = []
    for home in homes:
        home.mkdir()
        running.append(
            subprocess.Popen(
                [sys.executable, "-c", STEPS],
                env=_environment(home),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    told = [process.communicate()[1].splitlines()[-1] for process in running]
    for home in homes:
        background.stop(Place.default(_environment(home)))
    return [json.loads(line) for line in told]


def _environment(home: Path) -> dict[str, str]:
    ours = {"HOME": str(home), "REGNB_HOME": str(home), "REGNB_HUB": "samples"}
    return {**os.environ, **ours, "XDG_RUNTIME_DIR": str(home), "REGNB_PROGRESS": "0"}


def main(learners: int) -> int:
    with tempfile.TemporaryDirectory(prefix="learners-") as folder:
        told = learn(Path(folder), learners)
    wrong = [one["wrong"] for one in told if one["wrong"]]
    for name in ("open", "whole"):
        taken = [one[name] for one in told]
        print(f"{name}: {statistics.mean(taken):.1f} s on average, {max(taken):.1f} s at most")
    print(f"{learners - len(wrong)} of {learners} finished")
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else LEARNERS))
