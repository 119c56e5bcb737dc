from __future__ import annotations

from pathlib import Path

import pytest

from regnb.authoring.chapter import read_chapter
from regnb.authoring.rules import MAX_CELLS, MAX_CODE_LINES, MAX_WORDS, problems_of
from tests.authoring.sources import GOALS, RECAP, code, prose, write, write_lesson

ADDRESSES = ": code says `lab.address`, an exercise no port, a lesson only 5000."


def words(count: int) -> str:
    return " ".join(["word"] * count)


def test_lesson_that_keeps_the_rules(tmp_path: Path) -> None:
    cells = [
        prose("why", "## Voir [ici](http://a.b)\n\n`x`", "## See [here](http://a.b)\n\n`x`"),
        code("one", "\n".join(["1"] * MAX_CODE_LINES), "hide-input"),
        code("two", "2"),
        prose("port", "C'est `localhost:5000`", "It is `localhost:5000`"),
        code("three", 'print(f"http://localhost:{1}")'),
        prose("form", "`HÔTE:PORT/un`", "It is `HOST:PORT/un`"),
        prose("long", f"mot {words(MAX_WORDS - 1)}", words(MAX_WORDS)),
    ]
    assert problems_of(read_chapter(write_lesson(tmp_path, *cells))) == []


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (
            [code("one", "1"), code("two", "2"), code("three", "3")],
            "3 code cells in a row; say what came out.",
        ),
        ([code("one", "\n".join(["1"] * (MAX_CODE_LINES + 1)))], "16 lines of code; 15 at most."),
        ([code("one", "")], "the cell is empty."),
        (
            [code("one", "1", "raise-exception")],
            (
                "unknown tag `raise-exception`; there are exercise, hide-input, "
                "nbval-ignore-output, needs-docker, raises-exception, solution."
            ),
        ),
        ([code("One", "1")], "a name is `lower-case-words`, 64 signs at most."),
        ([code("o" * 65, "1")], "a name is `lower-case-words`, 64 signs at most."),
        ([code("goals", "1")], "another cell has this name; names are unique."),
        (
            [prose("x", words(MAX_WORDS + 1), "Mot")],
            "151 words; 150 at most, the rest in another cell. [fr]",
        ),
        ([prose("x", "Docker", "Docker")], "the text is the same in every language; translate it."),
        (
            [prose("x", "## Un", "### One")],
            "the headings have other levels ((2,) and (3,)) in one language than in the other.",
        ),
        (
            [prose("x", "[un](http://a)", "[one](http://b)")],
            "the links lead elsewhere (`http://a`, `http://b`) in one language than in the other.",
        ),
        (
            [prose("x", "![un](a.svg)", "![one](b.svg)")],
            "the images are others (`a.svg`, `b.svg`) in one language than in the other.",
        ),
        (
            [prose("x", "![](a.svg) un", "![](a.svg) one")],
            "the image `a.svg` needs a text for those who do not see it. [fr]",
        ),
        (
            [prose("x", "Voici `a`", "See `a` and `b`")],
            "the code spans are others (`b`) in one language than in the other.",
        ),
        (
            [prose("x", "Voici `GET /v2/`", "See `PUT /v2/`")],
            "the code spans are others (`GET /v2/`, `PUT /v2/`) in one language than in the other.",
        ),
        (
            [prose("x", "Un\n\n```\nls\n```", "One\n\n```\nps\n```")],
            (
                "the code blocks are others (('ls\\n',) and ('ps\\n',)) in one language than "
                "in the other."
            ),
        ),
        (
            [prose("x", "# Un", "# One")],
            "the title `# …` opens the first cell, and no other has one. [fr]",
        ),
        ([prose("x", "Quoi?", "What?")], "“Quoi?”: put a space before the sign. [fr]"),
        ([prose("x", "Un", 'A "quote"')], '“A "quote”: use the typographic ’ “ ”. [en]'),
        (
            [code("one", 'print("localhost:5000/w3")')],
            "a lab may be elsewhere than at `localhost:5000`" + ADDRESSES,
        ),
        (
            [prose("x", "Voici `localhost:5001`", "See `localhost:5001`")],
            "a lab may be elsewhere than at `localhost:5001`" + ADDRESSES,
        ),
        (
            [
                prose("x", "Demandez `127.0.0.1:5000`", "Ask `127.0.0.1:5000`"),
                code("start", "1", "exercise"),
            ],
            "a lab may be elsewhere than at `127.0.0.1:5000`" + ADDRESSES,
        ),
        ([code(f"c{n}", "1") for n in range(MAX_CELLS)], "67 cells; 65 at most."),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_lesson_that_breaks_a_rule(tmp_path: Path, cells: list[str], message: str) -> None:
    problems = problems_of(read_chapter(write_lesson(tmp_path, *cells)))
    assert any(problem.endswith(f": {message}") for problem in problems), problems


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([], "the chapter is empty."),
        ([code("one", "1"), RECAP], "this place is for the prose cell `goals`."),
        ([GOALS, code("one", "1")], "this place is for the prose cell `recap`."),
        (
            [prose("goals", "Un", "One"), RECAP],
            "the title `# …` opens the first cell, and no other has one. [fr]",
        ),
    ],
)
def test_chapter_without_its_frame(tmp_path: Path, cells: list[str], message: str) -> None:
    problems = problems_of(read_chapter(write(tmp_path, *cells)))
    assert any(problem.endswith(f": {message}") for problem in problems), problems


def test_flaw_is_told_with_its_line(tmp_path: Path) -> None:
    path = write_lesson(tmp_path, prose("x", "Un.\n\nDeux,\ntrois?", "One.\n\nTwo,\nthree?"))
    (problem,) = problems_of(read_chapter(path))
    number = path.read_text("utf-8").splitlines().index("trois?") + 1
    assert problem.startswith(f"00_trial.md:{number} (cell `x`): “Deux, trois?”")


def test_file_without_number_is_refused(tmp_path: Path) -> None:
    (problem,) = problems_of(read_chapter(write_lesson(tmp_path, slug="Trial")))
    assert "NN_slug.md" in problem


def test_address_in_code_is_told_with_what_to_write(tmp_path: Path) -> None:
    (problem,) = problems_of(read_chapter(write_lesson(tmp_path, code("one", "'localhost:5000'"))))
    assert problem.endswith(
        "a lab may be elsewhere than at `localhost:5000`: code says `lab.address`, an exercise no "
        "port, a lesson only 5000."
    )
