from __future__ import annotations

import pytest

from regnb.checks.definitions import PASSED, Result, Status, failed, question


def test_question_without_its_right_choice_is_refused() -> None:
    with pytest.raises(ValueError, match="no choice `c`"):
        question("01-nothing", "a", "b", right="c")


def test_check_is_not_attempted_as_long_as_its_first_step_is_missing() -> None:
    assert Result("01-tools", PASSED, first="01-w3").status is Status.NOT_ATTEMPTED
    assert Result("01-tools", PASSED).status is Status.PASSED


def test_failure_has_its_hint_and_what_fills_it_in() -> None:
    outcome = failed("other_tag", tag="2.0")
    assert (outcome.status, outcome.hint) == (Status.FAILED, "other_tag")
    assert outcome.values == {"tag": "2.0"}
