"""Checks and questions of chapter 07."""

from __future__ import annotations

from regnb.checks.check import NOT_ATTEMPTED, PASSED, Outcome, check, failed
from regnb.checks.checked_lab import State, tagged
from regnb.checks.question import question

VOLUME = "kept"
STORE = "/var/lib/registry"

question("07-removed", "there", "gone", right="gone", prediction=True)
question("07-shared-layer", "once", "twice", right="once")
question("07-hot-copy", "same", "torn", "slow", right="torn")


@check("07-archive")
def archive(state: State) -> Outcome:
    """Whether the registry holds `archive/w3:1.0`, the same image as `w3:1.0`."""
    found, source = tagged(state, "archive/w3"), tagged(state, "w3")
    if not found:
        return NOT_ATTEMPTED
    if "1.0" not in found:
        return failed("other_tag", tag=min(found))
    same = "1.0" in source and found["1.0"].digest == source["1.0"].digest
    return PASSED if same else failed("other_image")


@check("07-move", after=())
def move(state: State) -> Outcome:
    """Whether a registry on the volume `kept` holds `w3` with more than one tag."""
    if not any(name.partition("-")[0] == VOLUME for name in state.own_volumes()):
        return NOT_ATTEMPTED
    if not _is_on_the_volume(state):
        return failed("not_used")
    count = len(tagged(state, "w3"))
    if count == 0:
        return failed("empty")
    return PASSED if count > 1 else failed("tags_lost")


def _is_on_the_volume(state: State) -> bool:
    port = int(state.address.rpartition(":")[2])
    for container in state.own_containers():
        if port in {published.host_port for published in container.ports}:
            source = state.engine.setup_of(container.name).sources.get(STORE, "")
            return source.partition("-")[0] == VOLUME
    return False
