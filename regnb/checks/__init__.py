"""Checks of exercises, by the state of the learner's registry and engine, and questions.

A chapter's checks and questions are in `chapter_NN.py` here, their texts in the catalogues
`chapter_NN.toml`. What a learner wrote in a cell is never looked at: any way that leads there is
right.
"""

from __future__ import annotations

from regnb.checks.check import (
    NOT_ATTEMPTED,
    PASSED,
    Check,
    Outcome,
    Result,
    Status,
    check,
    failed,
)
from regnb.checks.checked_lab import State
from regnb.checks.progress import Progress, progress_of
from regnb.checks.question import Question, question
from regnb.checks.shelf import all_checks, all_questions, check_named, question_named, run_check
