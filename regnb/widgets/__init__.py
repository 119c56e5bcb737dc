"""Pictures of what a registry holds, with controls where a kernel runs; see `view`."""

from __future__ import annotations

from regnb.widgets.check import CheckResult
from regnb.widgets.question import QuestionView
from regnb.widgets.view import View

__all__ = ["CheckResult", "QuestionView", "View"]
