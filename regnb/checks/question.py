"""A question with choices; its texts are in the catalogues, this says which choice is right."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """A question by its name; a prediction is made before a cell, whose run gives the answer."""

    name: str
    choices: tuple[str, ...]
    right: str
    is_prediction: bool = False


QUESTIONS: dict[str, Question] = {}


def question(name: str, *choices: str, right: str, prediction: bool = False) -> None:
    """Add the question `name`, with `choices` in the order in which they are shown.

    Raises ValueError when the right one is not among them.
    """
    if right not in choices:
        raise ValueError(f"The question `{name}` has no choice `{right}`.")
    QUESTIONS[name] = Question(name, choices, right, prediction)
