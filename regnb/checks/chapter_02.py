"""Checks and questions of chapter 02."""

from __future__ import annotations

from regnb.checks.checked_lab import CheckedLab, local_image, tagged
from regnb.checks.definitions import NOT_ATTEMPTED, PASSED, Outcome, check, failed, question

question("02-which-registry", "localhost", "hub", "all", right="hub")
question("02-two-digests", "two", "one", right="one", prediction=True)
question("02-after-the-move", "both", "only", "none", right="only", prediction=True)
question("02-without-tag", "deleted", "kept", right="kept", prediction=True)


@check("02-w3")
def w3(lab: CheckedLab) -> Outcome:
    """Whether the registry holds `w3:1.0` and `w3:stable`, which the lesson pushes."""
    return PASSED if {"1.0", "stable"} <= tagged(lab, "w3").keys() else NOT_ATTEMPTED


@check("02-two-tags", after=("02-w3",))
def two_tags(lab: CheckedLab) -> Outcome:
    """Whether `w3:prod` is what `w3:1.0` is."""
    found = tagged(lab, "w3")
    if "prod" not in found:
        name = f"{lab.address}/w3:prod"
        return failed("not_pushed", name=name) if local_image(lab, name) else NOT_ATTEMPTED
    if found["prod"].digest != found["1.0"].digest:
        return failed("other_digest", prod=found["prod"].digest, wanted=found["1.0"].digest)
    return PASSED


@check("02-release", after=("02-w3",))
def release(lab: CheckedLab) -> Outcome:
    """Whether `2.0` is another image than `1.0`, and `stable` has moved to it."""
    found = {name: manifest.digest for name, manifest in tagged(lab, "w3").items()}
    if "2.0" not in found:
        moved = found["stable"] != found["1.0"]
        return failed("no_version") if moved else NOT_ATTEMPTED
    if found["2.0"] == found["1.0"]:
        return failed("one_image")
    if found["stable"] != found["2.0"]:
        return failed("stable_stayed")
    return PASSED


@check("02-rescued", after=("02-w3",))
def rescued(lab: CheckedLab) -> Outcome:
    """Whether `rescued` is the image that lost its tag in the lesson."""
    found = tagged(lab, "w3")
    if "rescued" not in found:
        name = f"{lab.address}/w3:rescued"
        return failed("not_pushed", name=name) if local_image(lab, name) else NOT_ATTEMPTED
    if found["rescued"].digest == found["1.0"].digest:
        return failed("other_image")
    return PASSED
