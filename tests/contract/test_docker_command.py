"""The docker command of the original lab, typed at a real engine and at the embedded one alike.

What it prints is compared, apart from identities, sizes, times, and the address where a port is
published: the embedded engine's is loopback unless another is asked for. Progress comes in any
order, so the lines of one command are compared as a set.
"""

from __future__ import annotations

import os
import subprocess
from typing import TypeAlias

import pytest

from tests.contract.registries import free_port
from tests.contract.terminals import PROGRAMS, settled

pytestmark = [
    pytest.mark.docker,
    pytest.mark.skipif(not PROGRAMS, reason="the docker command is not here"),
]

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
image pull --platform linux/arm64 alpine
image inspect --format {{{{.Os}}}}/{{{{.Architecture}}}} alpine
image pull alpine
image inspect --format {{{{.Os}}}}/{{{{.Architecture}}}} alpine
image pull --platform linux/s390x alpine
image ls --digests
image prune --force
image rm alpine
image ls
""".splitlines()


def type_lab(program: str, endpoint: str) -> Answers:
    """Exit code and lines of each command, run one after another at `endpoint`."""
    port = free_port()
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


@pytest.fixture(scope="module", params=PROGRAMS)
def both(request: pytest.FixtureRequest, own_engine: str) -> tuple[Answers, Answers]:
    real = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    return type_lab(request.param, real), type_lab(request.param, own_engine)


@pytest.mark.parametrize("command", [f"{number}: {line}" for number, line in enumerate(LAB)])
def test_command_answers_alike(command: str, both: tuple[Answers, Answers]) -> None:
    real, ours = both
    assert ours[command] == real[command]


def test_settling_keeps_what_matters() -> None:
    assert settled("a") != settled("b")
    assert settled("x  12MB  3 weeks ago") == settled("x  1.5GB  About an hour ago")
