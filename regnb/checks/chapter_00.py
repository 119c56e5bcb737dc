"""Checks and questions of chapter 00."""

from __future__ import annotations

from regnb.checks.checked_lab import CheckedLab, local_image
from regnb.checks.definitions import NOT_ATTEMPTED, PASSED, Outcome, check, failed, question

question("00-which-word", "registry", "repository", "tag", right="tag")


@check("00-first-name", after=())
def first_name(lab: CheckedLab) -> Outcome:
    """Whether `alpine` has the further name `hello:1.0`."""
    named, alpine = local_image(lab, "hello:1.0"), local_image(lab, "alpine")
    if named is None:
        latest = local_image(lab, "hello:latest")
        return failed("without_version") if latest else NOT_ATTEMPTED
    if alpine and named.image_id != alpine.image_id:
        return failed("other_image")
    return PASSED
