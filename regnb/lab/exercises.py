"""Exercises and questions: the steps that look at what the learner did."""

from __future__ import annotations

from functools import partial

from regnb.checks import progress_of, question_named, run_check
from regnb.lab.steps import Steps, step
from regnb.widgets.exercise_views import CheckResult, QuestionView


class ExerciseSteps(Steps):
    """Checks of exercises, and questions."""

    @step
    def check(self, name: str) -> CheckResult:
        """How far you are with an exercise, and a hint that fits what was found.

        It looks at the registry and the engine, never at what was typed.
        """
        session = self._session
        result = run_check(name, session)
        progress_of(session.lab).note(name, result.status)
        return CheckResult(self._translator, result)

    @step
    def question(self, name: str) -> QuestionView:
        """A question with choices, each with its feedback."""
        progress = progress_of(self._session.lab)
        question = question_named(name)
        return QuestionView(self._translator, question, partial(progress.note, name))
