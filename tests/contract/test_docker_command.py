"""The docker command, typed at a real engine and at the embedded one alike: `commands.txt`.

What it prints is compared, apart from identities, sizes, times, and the address where a port is
published: the embedded engine's is loopback unless another is asked for. Progress comes in any
order, so the lines of one command are compared as a set. Where the embedded engine answers
otherwise on purpose, `commands_apart.toml` says why, and it has to be otherwise there.

The words are those of Docker 28: an older engine says some of them in its own way, and is
compared where it says the same.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.contract.terminals import PROGRAMS, REAL, has_classic_store, is_older, settled
from tests.free_port import free_port

pytestmark = [
    pytest.mark.docker,
    pytest.mark.skipif(not PROGRAMS, reason="the docker command is not here"),
    pytest.mark.skipif(
        "REGNB_REALPARTS" not in os.environ,
        reason="some of the commands remove what is not theirs: for an engine of the tests",
    ),
]

# Exit code, then the lines of both outputs.
Answer: TypeAlias = tuple[int, set[str], set[str]]
Answers: TypeAlias = dict[str, Answer]

_HERE = Path(__file__).parent
_LINES = (_HERE / "commands.txt").read_text("utf-8").splitlines()
# A command that is typed again may answer something else.
COMMANDS = {f"{number}: {line}": line for number, line in enumerate(_LINES, 1) if line}
_APART = tomllib.loads((_HERE / "commands_apart.toml").read_text("utf-8"))
# The reason of each command that is answered otherwise: by every engine, and by older ones.
APART, APART_OLDER = (
    {line: reason for reason, lines in _APART[name].items() for line in lines}
    for name in ("always", "older")
)


def type_all(program: str, endpoint: str) -> Answers:
    """What each command says at `endpoint`, typed one after another."""
    port = free_port()
    return {name: type_one(program, endpoint, line, port) for name, line in COMMANDS.items()}


def type_one(program: str, endpoint: str, line: str, port: int) -> Answer:
    """Exit code and settled lines of one command; PORT in it stands for `port`."""
    done = subprocess.run(
        [program, *shlex.split(line.replace("PORT", str(port)))],
        env=os.environ | {"DOCKER_HOST": endpoint},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=60,
        check=False,
    )
    out, err = (settled(one.replace(str(port), "PORT")) for one in (done.stdout, done.stderr))
    return done.returncode, out, err


@pytest.fixture(scope="module", params=PROGRAMS)
def both(request: pytest.FixtureRequest, own_engine: str) -> tuple[Answers, Answers]:
    if not has_classic_store(REAL):
        pytest.skip("the embedded engine has what Docker calls the classic store")
    return type_all(request.param, REAL), type_all(request.param, own_engine)


@pytest.mark.parametrize("name", COMMANDS)
def test_command_answers_alike(name: str, both: tuple[Answers, Answers]) -> None:
    real, ours = both
    if COMMANDS[name] in APART:
        assert ours[name] != real[name], f"alike now: {APART[COMMANDS[name]]}"
    elif is_older(REAL):
        if COMMANDS[name] in APART_OLDER:
            pytest.skip(APART_OLDER[COMMANDS[name]])
        assert ours[name][0] == real[name][0]
    else:
        assert ours[name] == real[name]


def test_every_difference_is_of_a_command() -> None:
    assert {*APART, *APART_OLDER} <= set(COMMANDS.values())


def test_settling_keeps_what_matters() -> None:
    assert settled("a") != settled("b")
    assert settled("x  12MB  3 weeks ago") == settled("x  1.5GB  About an hour ago")
