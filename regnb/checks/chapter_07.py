"""Checks and questions of chapter 07."""

from __future__ import annotations

from regnb.checks.checked_lab import CheckedLab, tagged
from regnb.checks.definitions import NOT_ATTEMPTED, PASSED, Outcome, check, failed, question

VOLUME = "kept"
STORE = "/var/lib/registry"

question("07-removed", "there", "gone", right="gone", prediction=True)
question("07-shared-layer", "once", "twice", right="once")
question("07-hot-copy", "same", "torn", "slow", right="torn")


@check("07-archive")
def archive(lab: CheckedLab) -> Outcome:
    """Whether the registry holds `archive/w3:1.0`, the same image as `w3:1.0`."""
    found, source = tagged(lab, "archive/w3"), tagged(lab, "w3")
    if not found:
        return NOT_ATTEMPTED
    if "1.0" not in found:
        return failed("other_tag", tag=min(found))
    same = "1.0" in source and found["1.0"].digest == source["1.0"].digest
    return PASSED if same else failed("other_image")


@check("07-move", after=())
def move(lab: CheckedLab) -> Outcome:
    """Whether a registry on the volume `kept` holds `w3` with more than one tag."""
    if not any(name.partition("-")[0] == VOLUME for name in lab.own_volumes()):
        return NOT_ATTEMPTED
    if not _is_on_the_volume(lab):
        return failed("not_used")
    count = len(tagged(lab, "w3"))
    if count == 0:
        return failed("empty")
    return PASSED if count > 1 else failed("tags_lost")


def _is_on_the_volume(lab: CheckedLab) -> bool:
    port = int(lab.address.rpartition(":")[2])
    for container in lab.own_containers():
        if port in {published.host_port for published in container.ports}:
            source = lab.engine.setup_of(container.name).sources.get(STORE, "")
            return source.partition("-")[0] == VOLUME
    return False
