"""Checks of exercises, by the state of the learner's registry and engine, and questions.

A chapter's checks and questions are in `chapter_NN.py` here, their texts in the catalogues
`chapter_NN.toml`. What a learner wrote in a cell is never looked at: any way that leads there is
right.
"""

from __future__ import annotations

from regnb.checks.checked_lab import CheckedLab
from regnb.checks.course import (
    LearnerProgress,
    all_checks,
    all_questions,
    check_named,
    progress_of,
    question_named,
    run_check,
)
from regnb.checks.definitions import (
    NOT_ATTEMPTED,
    PASSED,
    Check,
    Outcome,
    Question,
    Result,
    Status,
    check,
    failed,
    question,
)
