"""Checks and questions of chapter 01."""

from __future__ import annotations

from regnb.checks.check import NOT_ATTEMPTED, PASSED, Outcome, check, failed
from regnb.checks.checked_lab import State, local_image, tagged
from regnb.checks.question import question

question("01-pull-fills", "yes", "no", right="no")
question("01-tag-copies", "twice", "same", "link", right="same", prediction=True)


@check("01-w3")
def w3(state: State) -> Outcome:
    """Whether the registry holds `w3:1.0`, which the lesson pushes."""
    return PASSED if "1.0" in tagged(state, "w3") else NOT_ATTEMPTED


@check("01-second-version", after=("01-w3",))
def second_version(state: State) -> Outcome:
    """Whether the registry holds `w3:2.0`."""
    return _pushed(state, "2.0")


@check("01-without-tag", after=("01-w3",))
def without_tag(state: State) -> Outcome:
    """Whether a pull of `w3` without a tag finds something."""
    return _pushed(state, "latest")


def _pushed(state: State, tag: str) -> Outcome:
    if tag in tagged(state, "w3"):
        return PASSED
    if local_image(state, f"/w3:{tag}"):
        return failed("not_pushed", name=f"{state.address}/w3:{tag}")
    if local_image(state, f"w3:{tag}"):
        return failed("no_registry", name=f"w3:{tag}", address=state.address)
    return NOT_ATTEMPTED


@check("01-tools", after=("01-w3",))
def tools(state: State) -> Outcome:
    """Whether the registry holds `tools/alpine:3`, and that this is not `w3`."""
    found = tagged(state, "tools/alpine")
    if "3" not in found:
        if found:
            return failed("other_tag", tag=min(found))
        return failed("other_repository") if tagged(state, "alpine") else NOT_ATTEMPTED
    if found["3"].digest in {manifest.digest for manifest in tagged(state, "w3").values()}:
        return failed("other_image")
    return PASSED
