"""The docker command of the original lab, typed at a real engine and at the embedded one alike.

What it prints is compared, apart from identities, sizes, times, and the address where a port is
published: the embedded engine's is loopback unless another is asked for. Progress comes in any
order, so the lines of one command are compared as a set.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from typing import TypeAlias

import pytest

from regnb.engine.embedded import background
from regnb.engine.embedded.background import Place
from regnb.engine.embedded.home import Home

pytestmark = [
    pytest.mark.docker,
    pytest.mark.skipif(not shutil.which("docker"), reason="the docker command is not here"),
]

# The newest on the path, and the distribution's own, which may be much older.
PROGRAMS = sorted({path for path in (shutil.which("docker"), "/usr/bin/docker") if path})
Answers: TypeAlias = dict[str, tuple[int, set[str]]]

LAB = """\
image ls
container run --name {name} -d -p {port}:5000 registry:2.6
container ls
container run --name {name} -d -p {port}:5000 registry:2.6
container run --name {name}-2 -d -p {port}:5000 registry:2.6
container ls --all
container rm -f {name}-2
image pull nginx
image pull nginx
image tag nginx localhost:{port}/w3:1.0
image ls
image push localhost:{port}/w3:1.0
image push localhost:{port}/w3:1.0
image push localhost:{port}/never:1
image pull localhost:{port}/never:1
image pull localhost:1/never:1
image tag nosuch:1 localhost:{port}/y:1
image inspect nosuch:1
image rm localhost:{port}/w3:1.0
image pull localhost:{port}/w3:1.0
image rm registry:2.6
container port {name}
container rm {name}
container stop {name}
container ls --all
container start {name}
container kill {name}
container wait {name}
container rm -f {name}
container rm -f {name}
container stop nosuch
container inspect nosuch
container logs nosuch
volume ls
volume rm nosuch
network ls
image rm localhost:{port}/w3:1.0 nginx registry:2.6
image rm nginx
image ls
""".splitlines()

# What an identity, a size or a time looks like in the command's tables and messages.
_VARIES = [
    (r"sha256:[0-9a-f]{64}|\b[0-9a-f]{64}\b|\b[0-9a-f]{12}\b", "ID"),
    (r"\b\d+(\.\d+)?\s?([kMG]?B)\b", "SIZE"),
    (r"size: \d+", "size: SIZE"),
    (r"(Less than a|About an?|\d+) (second|minute|hour|day|week|month|year)s?", "TIME"),
    (r"(0\.0\.0\.0|127\.0\.0\.1|\[::\]|::):PORT", "HOST:PORT"),
    (r'"/[^"]+"|"[^"]*config\.yml"', "COMMAND"),
    (r"\s{2,}", "  "),
]
# Steps that one engine takes and the other does not need, or that a quick one skips.
_STEPS = re.compile(r"ID: (Waiting|Verifying Checksum|Download complete|Extracting|Preparing)$")


def settled(text: str) -> set[str]:
    for pattern, word in _VARIES:
        text = re.sub(pattern, word, text)
    ports = re.sub(r"(HOST:PORT\S*), HOST:PORT\S*", r"\1", text)
    lines = (line.strip() for line in ports.splitlines())
    return {line for line in lines if line and not _STEPS.match(line)}


def type_lab(program: str, endpoint: str) -> Answers:
    """Exit code and lines of each command, run one after another at `endpoint`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    answers = {}
    for number, template in enumerate(LAB):
        command = template.format(name="side-by-side", port=port)
        done = subprocess.run(
            [program, *command.split()],
            env=os.environ | {"DOCKER_HOST": endpoint},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        text = (done.stdout + done.stderr).replace(str(port), "PORT")
        answers[f"{number}: {template}"] = done.returncode, settled(text)
    return answers


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("embedded")
    place = Place(folder / "e.sock", Home(folder / "home"))
    place.home.root.mkdir()
    mirror = os.environ.get("REGNB_MIRROR")
    if mirror:  # the stand-in for Docker Hub that the real engine pulls from
        (place.home.settings).write_text(f'{{"registry-mirrors": ["http://{mirror}"]}}')
    background.start(place)
    yield place.endpoint
    background.stop(place)


@pytest.fixture(scope="module", params=PROGRAMS)
def both(request: pytest.FixtureRequest, embedded: str) -> tuple[Answers, Answers]:
    real = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    return type_lab(request.param, real), type_lab(request.param, embedded)


@pytest.mark.parametrize("command", [f"{number}: {line}" for number, line in enumerate(LAB)])
def test_command_answers_alike(command: str, both: tuple[Answers, Answers]) -> None:
    real, ours = both
    assert ours[command] == real[command]


def test_settling_keeps_what_matters() -> None:
    assert settled("a") != settled("b")
    assert settled("x  12MB  3 weeks ago") == settled("x  1.5GB  About an hour ago")
