"""Checks and questions of chapter 01."""

from __future__ import annotations

from regnb.checks.checked_lab import CheckedLab, local_image, tagged
from regnb.checks.definitions import NOT_ATTEMPTED, PASSED, Outcome, check, failed, question

question("01-pull-fills", "yes", "no", right="no")
question("01-tag-copies", "twice", "same", "link", right="same", prediction=True)


@check("01-w3")
def w3(lab: CheckedLab) -> Outcome:
    """Whether the registry holds `w3:1.0`, which the lesson pushes."""
    return PASSED if "1.0" in tagged(lab, "w3") else NOT_ATTEMPTED


@check("01-second-version", after=("01-w3",))
def second_version(lab: CheckedLab) -> Outcome:
    """Whether the registry holds `w3:2.0`."""
    return _pushed(lab, "2.0")


@check("01-without-tag", after=("01-w3",))
def without_tag(lab: CheckedLab) -> Outcome:
    """Whether a pull of `w3` without a tag finds something."""
    return _pushed(lab, "latest")


def _pushed(lab: CheckedLab, tag: str) -> Outcome:
    if tag in tagged(lab, "w3"):
        return PASSED
    if local_image(lab, f"/w3:{tag}"):
        return failed("not_pushed", name=f"{lab.address}/w3:{tag}")
    if local_image(lab, f"w3:{tag}"):
        return failed("no_registry", name=f"w3:{tag}", address=lab.address)
    return NOT_ATTEMPTED


@check("01-tools", after=("01-w3",))
def tools(lab: CheckedLab) -> Outcome:
    """Whether the registry holds `tools/alpine:3`, and that this is not `w3`."""
    found = tagged(lab, "tools/alpine")
    if "3" not in found:
        if found:
            return failed("other_tag", tag=min(found))
        return failed("other_repository") if tagged(lab, "alpine") else NOT_ATTEMPTED
    if found["3"].digest in {manifest.digest for manifest in tagged(lab, "w3").values()}:
        return failed("other_image")
    return PASSED
