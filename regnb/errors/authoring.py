"""Mistakes of the author of a chapter, never of the learner."""

from __future__ import annotations

from regnb.errors.base import RegnbError


class ExerciseError(RegnbError):
    """A mistake of the author of a notebook, found while building or checking it."""


class UnknownExercise(ExerciseError):
    """A check or a question that no chapter has; `known` are those that there are."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"There is no `{name}`; there are {', '.join(sorted(known))}.")
        self.name = name
        self.known = ", ".join(f"`{one}`" for one in sorted(known))


class AuthoringError(ExerciseError):
    """Sources or notebooks that break the rules; `problems` has a line for each, with its place."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class ChapterUnknown(AuthoringError):
    """No chapter is called `name`; `known` are those that there are."""

    def __init__(self, name: str, known: str) -> None:
        super().__init__([f"No chapter is `{name}`; there are {known}."])
        self.name = name
        self.known = known


class CellFailed(AuthoringError):
    """A code cell that failed while its notebook was built; nothing was written."""

    def __init__(self, notebook: str, cell: str, source: str, reason: str) -> None:
        super().__init__([f"{notebook} (cell `{cell}`): the cell failed.\n\n{source}\n\n{reason}"])
        self.notebook = notebook
        self.cell = cell
        self.source = source
        self.reason = reason
