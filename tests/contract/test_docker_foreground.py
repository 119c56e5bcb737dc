"""Containers in the foreground, attached to and detached from, on a real engine and on ours alike.

Each scene is played with the docker command at both engines; what is seen has to be the same.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import TypeAlias

import pytest

from tests.contract.terminals import (
    LISTENS,
    NAME,
    PROGRAMS,
    REAL,
    Said,
    Terminal,
    eventually,
    has_classic_store,
    interrupt,
    is_older,
)
from tests.free_port import free_port

pytestmark = [
    pytest.mark.docker,
    pytest.mark.skipif(not PROGRAMS, reason="the docker command is not here"),
]

RUN = f"container run --name {NAME} -p PORT:5000"
STATE = f"container inspect -f {{{{.State.Status}}}},{{{{.State.ExitCode}}}} {NAME}"
NO_EXEC = (
    "Error response from daemon: running a program in a container is not possible with regnb's "
    "embedded engine: look at the registry through its API, or use Docker."
)
CTRL_C, DETACH = b"\x03", b"\x10\x11"
Seen: TypeAlias = list[Said]


def ctrl_c_ends_a_run(at: Terminal) -> Seen:
    with at.foreground(f"{RUN} --rm registry:2.6") as front:
        front.wait_for(LISTENS)
        interrupt(front)
        return [front.end(), at.say(STATE)]


def stop_ends_a_run(at: Terminal) -> Seen:
    with at.foreground(f"{RUN} registry:2.6") as front:
        front.wait_for(LISTENS)
        return [at.say(f"stop {NAME}"), front.end(), at.say(STATE)]


def kill_ends_a_run(at: Terminal) -> Seen:
    with at.foreground(f"{RUN} --rm registry:2.6") as front:
        front.wait_for(LISTENS)
        return [at.say(f"kill {NAME}"), front.end(), at.say(STATE)]


def removal_ends_a_run(at: Terminal) -> Seen:
    with at.foreground(f"{RUN} registry:2.6") as front:
        front.wait_for(LISTENS)
        return [at.say(f"rm -f {NAME}"), front.end()]


def restart_while_attached(at: Terminal) -> Seen:
    with at.foreground(f"{RUN} registry:2.6") as front:
        front.wait_for(LISTENS)
        return [at.say(f"restart {NAME}"), front.end()]


def run_of_one_output(at: Terminal) -> Seen:
    with at.foreground(f"{RUN} -a stderr registry:2.6") as front:
        front.wait_for(LISTENS)
        return [at.say(f"stop {NAME}"), front.end()]


def short_run(at: Terminal) -> Seen:
    return [
        at.say("run --rm registry:2.6 --version"),
        at.say("run --rm -i registry:2.6 --version", given=b"nobody reads this\n"),
        at.say(f"run --name {NAME} registry:2.6 --version"),
        at.say(f"start -a {NAME}"),
        at.say(f"logs {NAME}"),
        at.say(f"logs --tail 1 {NAME}"),
        at.say(f"logs -f {NAME}"),
    ]


def detached_run_that_removes_itself(at: Terminal) -> Seen:
    seen = [at.run_registry("-d --rm"), at.say(f"stop {NAME}")]
    eventually(lambda: at.say(STATE)[0] != 0)
    return [*seen, at.say(STATE)]


def attach_until_stopped(at: Terminal) -> Seen:
    at.run_registry()
    with at.foreground(f"attach {NAME}") as front:
        front.wait_for("/v2/", at.ask_the_registry)
        return [at.say(f"stop {NAME}"), front.end(), at.say(STATE)]


def attach_passes_ctrl_c_on(at: Terminal) -> Seen:
    at.run_registry()
    with at.foreground(f"attach --no-stdin {NAME}") as front:
        front.wait_for("/v2/", at.ask_the_registry)
        interrupt(front)
        return [front.end(), at.say(f"wait {NAME}"), at.say(STATE)]


def attach_that_keeps_ctrl_c(at: Terminal) -> Seen:
    at.run_registry()
    with at.foreground(f"attach --sig-proxy=false {NAME}") as front:
        front.wait_for("/v2/", at.ask_the_registry)
        interrupt(front)
        # The old command ends at once; the new one waits for the end of the container.
        return [at.say(STATE), at.say(f"stop {NAME}"), front.end()]


def killed_client_leaves_its_container(at: Terminal) -> Seen:
    at.run_registry()
    for _ in range(2):
        with at.foreground(f"attach {NAME}") as front:
            front.wait_for("/v2/", at.ask_the_registry)
            front.process.send_signal(signal.SIGKILL)
            front.end()
    return [at.say(STATE), at.say(f"stop {NAME}")]


def start_attached(at: Terminal) -> Seen:
    at.say(f"container create --name {NAME} -p PORT:5000 registry:2.6")
    with at.foreground(f"start -a {NAME}") as front:
        front.wait_for(LISTENS)
        return [at.say(f"stop {NAME}"), front.end(), at.say(STATE)]


def start_attached_to_one_that_runs(at: Terminal) -> Seen:
    at.run_registry()
    with at.foreground(f"start -a {NAME}") as front:
        front.wait_for("/v2/", at.ask_the_registry)
        return [at.say(f"stop {NAME}"), front.end()]


def logs_followed_to_the_end(at: Terminal) -> Seen:
    at.run_registry()
    with at.foreground(f"logs -f {NAME}") as front:
        front.wait_for(LISTENS)
        return [at.say(f"stop {NAME}"), front.end(), at.say(f"logs {NAME}")]


def logs_followed_until_ctrl_c(at: Terminal) -> Seen:
    at.run_registry()
    with at.foreground(f"logs -f {NAME}") as front:
        front.wait_for(LISTENS)
        interrupt(front)
        return [front.end(), at.say(STATE)]


def logs_of_what_never_ran(at: Terminal) -> Seen:
    at.say(f"container create --name {NAME} registry:2.6")
    return [at.say(f"logs -f {NAME}"), at.say(f"attach {NAME}"), at.say(f"wait {NAME}")]


def keys_detach_and_ctrl_c_ends(at: Terminal) -> Seen:
    with at.foreground(f"{RUN} -it registry:2.6", keys=True) as front:
        front.wait_for(LISTENS)
        front.press(DETACH)
        detached = [front.end(), at.say(STATE)]
    with at.foreground(f"attach {NAME}", keys=True) as front:
        front.wait_for("/v2/", at.ask_the_registry)
        front.press(CTRL_C)
        return [*detached, front.end(), at.say(STATE)]


def other_keys_detach(at: Terminal) -> Seen:
    with at.foreground(f"{RUN} --detach-keys ctrl-x,q -it registry:2.6", keys=True) as front:
        front.wait_for(LISTENS)
        front.press(DETACH + b"\x18q")
        return [front.end(), at.say(STATE)]


def keys_do_nothing_where_nobody_listens(at: Terminal) -> Seen:
    at.run_registry("-dt")
    with at.foreground(f"attach {NAME}", keys=True) as front:
        front.wait_for("/v2/", at.ask_the_registry)
        front.press(DETACH)
        return [at.say(STATE), at.say(f"stop {NAME}"), front.end()]


def what_is_taken(at: Terminal) -> Seen:
    other = RUN.replace(NAME, f"{NAME}-2")
    return [
        at.run_registry(),
        at.say(f"{RUN} registry:2.6"),
        at.say(f"{other} --rm registry:2.6"),
        at.say(f"container inspect {NAME}-2"),
        at.say(f"{other} registry:2.6"),
        at.say(f"start {NAME}-2"),
        at.say(f"start -a {NAME}-2"),
        at.say(f"rename {NAME}-2 {NAME}"),
        at.say(f"container inspect -f {{{{.State.Status}}}} {NAME}-2"),
    ]


def what_is_not_there(at: Terminal) -> Seen:
    return [
        at.say("run --rm nosuch:1"),
        at.say("run -d localhost:1/never:1"),
        at.say("attach nosuch"),
        at.say("start nosuch"),
        at.say("start -a nosuch"),
        at.say("stop nosuch"),
        at.say("restart nosuch"),
        at.say("kill nosuch"),
        at.say("logs -f nosuch"),
        at.say("wait nosuch"),
        at.say("rename nosuch other"),
        at.say("port nosuch"),
        at.say("stats --no-stream nosuch"),
    ]


def wrong_moments(at: Terminal) -> Seen:
    return [
        at.run_registry(),
        at.say(f"start {NAME}"),
        at.say(f"rm {NAME}"),
        at.say(f"stop {NAME}"),
        at.say(f"stop {NAME}"),
        at.say(f"kill {NAME}"),
        at.say(f"attach {NAME}"),
        at.say(f"wait {NAME}"),
        at.say(f"port {NAME}"),
        at.say(f"kill -s NOSUCH {NAME}"),
        at.say(f"rm {NAME}"),
        at.say(f"rm {NAME}"),
    ]


def wrong_requests(at: Terminal) -> Seen:
    return [
        at.say("run -d --name -x registry:2.6"),
        at.say("run -d --name a/b registry:2.6"),
        at.say("run -d -p x:5000 registry:2.6"),
        at.say("run -d -p 70000:5000 registry:2.6"),
        at.say("run -d REGISTRY:2.6"),
        at.say("run -d -v nosuch:relative registry:2.6"),
        at.say("run -d --restart sometimes registry:2.6"),
        at.say("run -d --restart always --rm registry:2.6"),
        at.say("run -d --restart on-failure:-1 registry:2.6"),
        at.say("run -d --restart always:3 registry:2.6"),
    ]


SCENES: list[Callable[[Terminal], Seen]] = [
    ctrl_c_ends_a_run,
    stop_ends_a_run,
    kill_ends_a_run,
    removal_ends_a_run,
    restart_while_attached,
    run_of_one_output,
    short_run,
    detached_run_that_removes_itself,
    attach_until_stopped,
    attach_passes_ctrl_c_on,
    attach_that_keeps_ctrl_c,
    killed_client_leaves_its_container,
    start_attached,
    start_attached_to_one_that_runs,
    logs_followed_to_the_end,
    logs_followed_until_ctrl_c,
    logs_of_what_never_ran,
    keys_detach_and_ctrl_c_ends,
    other_keys_detach,
    keys_do_nothing_where_nobody_listens,
    what_is_taken,
    what_is_not_there,
    wrong_moments,
    wrong_requests,
]


def play(scene: Callable[[Terminal], Seen], program: str, endpoint: str) -> Seen:
    at = Terminal(program, endpoint, free_port())
    at.say("pull registry:2.6")
    try:
        return scene(at)
    finally:
        at.say(f"rm -f -v {NAME} {NAME}-2")
        at.say("image rm registry:2.6")


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_scene_is_seen_alike(
    scene: Callable[[Terminal], Seen], program: str, own_engine: str
) -> None:
    real = play(scene, program, REAL)
    assert real
    ours = play(scene, program, own_engine)
    assert [one[0] for one in ours] == [one[0] for one in real]
    # The words are those of Docker 28 with the classic store.
    if not is_older(REAL) and has_classic_store(REAL):
        assert ours == real


@pytest.mark.parametrize("program", PROGRAMS)
def test_exec_is_refused_with_a_sentence(program: str, own_engine: str) -> None:
    def scene(at: Terminal) -> Seen:
        at.run_registry()
        return [at.say(f"exec {NAME} ls")]

    assert play(scene, program, own_engine) == [(1, set(), {NO_EXEC})]
