from __future__ import annotations

from pathlib import Path

import pytest

from regnb.authoring.chapter import Code, Prose, read_chapter
from regnb.errors import AuthoringError
from tests.authoring.sources import GOALS, code, prose, write, write_lesson


def test_chapter_has_its_cells_in_order(tmp_path: Path) -> None:
    chapter = read_chapter(write_lesson(tmp_path, code("sum", "1 + 1", "exercise, solution")))
    goals, number, recap = chapter.cells
    assert chapter.slug == "00_trial"
    assert isinstance(goals, Prose)
    assert goals.texts == {"fr": "# Essai\n\nUn objectif", "en": "# Trial\n\nOne goal"}
    assert isinstance(number, Code)
    assert (number.source, number.tags) == ("1 + 1", ("exercise", "solution"))
    assert recap.name == "recap"


def test_cells_know_their_lines(tmp_path: Path) -> None:
    path = write_lesson(tmp_path, code("sum", "1 + 1"))
    lines = path.read_text("utf-8").splitlines()
    goals, number, recap = read_chapter(path).cells
    assert lines[goals.line - 1] == "# Essai"
    assert lines[number.line - 1] == "```{code-cell} ipython3"
    assert lines[recap.line - 1] == "Retenez ceci."


def test_prose_is_typeset(tmp_path: Path) -> None:
    path = write_lesson(tmp_path, prose("why", "C'est quoi ? `a : b`", "What's this? `a : b`"))
    why = read_chapter(path).cells[1]
    assert isinstance(why, Prose)
    assert why.texts == {"fr": "C’est quoi\u202f? `a : b`", "en": "What’s this? `a : b`"}


@pytest.mark.parametrize(
    ("cells", "line", "message"),
    [
        ("loose text\n", 1, "prose without a language"),
        (GOALS + "+++\n\nloose text\n", 15, "prose without a language"),
        ('+++ {"lang": "de", "name": "x"}\n\nText\n', 3, "prose without a language"),
        ('+++ {"lang": "fr"}\n\nTexte\n', 3, "has no name"),
        ("```{code-cell} ipython3\n1\n```\n", 1, "has no name"),
        ("```{code-cell} ipython3\n:name: a\n:tag: b\n\n1\n```\n", 1, "`tag` means nothing"),
        ("```{code-cell} ipython3\n:name: a\n:tags: b\n\n1\n```\n", 1, "not of type 'array'"),
        ("```{code-cell} ipython3\n:name: 5\n\n1\n```\n", 1, "not of type 'string'"),
        ("```{raw-cell}\nx\n```\n", 1, "no raw cells"),
        ('+++ {"lang": "fr", "name": "x"}\n\nTexte\n', 3, "in `fr` and then `en`"),
        (prose("x", "Texte", ""), 3, "in `fr` and then `en`"),
        (prose("x", "Texte", "Text").replace('"en", "name": "x"', '"en", "name": "y"'), 3, "`fr`"),
        ('+++ {"lang": "en", "name": "x"}\n\nT\n\n+++ {"lang": "fr", "name": "x"}\nT\n', 3, "`fr`"),
        ('+++ {"lang": "fr", "name": "x"\n\nTexte\n', 1, "not MyST Markdown"),
        ("```{code-cell} ipython3\n:name: [a\n\n1\n```\n", 1, "not MyST Markdown"),
    ],
)
def test_source_that_cannot_be_read(tmp_path: Path, cells: str, line: int, message: str) -> None:
    with pytest.raises(AuthoringError) as caught:
        read_chapter(write(tmp_path, cells))
    (problem,) = caught.value.problems
    assert problem.startswith(f"00_trial.md:{line}")
    assert message in problem


def test_every_unreadable_cell_is_told(tmp_path: Path) -> None:
    with pytest.raises(AuthoringError) as caught:
        read_chapter(write(tmp_path, "loose text\n", "```{code-cell} ipython3\n1\n```\n"))
    assert len(caught.value.problems) == 2
