"""Checks and questions of chapter 00."""

from __future__ import annotations

from regnb.checks.check import NOT_ATTEMPTED, PASSED, Outcome, check, failed
from regnb.checks.checked_lab import State, local_image
from regnb.checks.question import question

question("00-which-word", "registry", "repository", "tag", right="tag")


@check("00-first-name", after=())
def first_name(state: State) -> Outcome:
    """Whether `alpine` has the further name `hello:1.0`."""
    named, alpine = local_image(state, "hello:1.0"), local_image(state, "alpine")
    if named is None:
        latest = local_image(state, "hello:latest")
        return failed("without_version") if latest else NOT_ATTEMPTED
    if alpine and named.image_id != alpine.image_id:
        return failed("other_image")
    return PASSED
