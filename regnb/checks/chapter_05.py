"""Checks and questions of chapter 05."""

from __future__ import annotations

from collections.abc import Mapping

from regnb.checks.checked_lab import CheckedLab, tagged
from regnb.checks.definitions import NOT_ATTEMPTED, PASSED, Outcome, check, failed, question
from regnb.errors import Denied, NotFound, Unauthorized
from regnb.oci import Manifest

question("05-ben", "refused", "both", right="both", prediction=True)


@check("05-tokens")
def tokens(lab: CheckedLab) -> Outcome:
    """Whether the registry lets everybody read by tokens, as the second one of the lesson."""
    try:
        lab.client.get_manifest("w3", "1.0")
    except (Denied, NotFound, Unauthorized):
        return NOT_ATTEMPTED
    return PASSED


@check("05-second-version", after=("05-tokens",))
def second_version(lab: CheckedLab) -> Outcome:
    """Whether the registry holds `w3:2.0`."""
    return _has_tag(tagged(lab, "w3"), "2.0", others={"1.0"})


@check("05-tools", after=("05-tokens",))
def tools(lab: CheckedLab) -> Outcome:
    """Whether the registry holds `tools:1.0`."""
    return _has_tag(tagged(lab, "tools"), "1.0", others=set())


def _has_tag(found: Mapping[str, Manifest], tag: str, *, others: set[str]) -> Outcome:
    if tag in found:
        return PASSED
    wrong = sorted(found.keys() - others)
    return failed("other_tag", tag=wrong[0]) if wrong else NOT_ATTEMPTED
