from __future__ import annotations

from regnb.errors import AuthoringError, CellFailed, CollectionFailed, NotClean, UnknownExercise


def test_what_is_left_is_named() -> None:
    error = NotClean(["container w3", "volume kept"])
    assert error.left == "container w3, volume kept"
    assert str(error) == "The clean-up left container w3, volume kept."


def test_output_of_a_collection_is_kept_without_its_ends() -> None:
    assert CollectionFailed("\nno such blob\n").output == "no such blob"


def test_known_exercises_are_in_order() -> None:
    assert UnknownExercise("02-x", ["01-b", "01-a"]).known == "`01-a`, `01-b`"


def test_each_problem_of_a_chapter_has_its_line() -> None:
    error = AuthoringError(["a.md:1: no title", "a.md:9: no recap"])
    assert error.problems == tuple(str(error).splitlines())


def test_failed_cell_is_named_with_what_it_says() -> None:
    error = CellFailed("fr/01_x.ipynb", "open-lab", "1 / 0", "ZeroDivisionError")
    for part in ("fr/01_x.ipynb", "`open-lab`", "1 / 0", "ZeroDivisionError"):
        assert part in str(error)
