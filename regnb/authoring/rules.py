"""The rules of a chapter: a lesson stays short, and is the same in both languages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from regnb.authoring.chapter import CHECK, SOLUTION, START, Cell, Chapter, Code, Prose, at
from regnb.authoring.prose import Outline, flaws, outline
from regnb.authoring.reference_engine import ADDRESS
from regnb.checks.course import all_checks, all_questions
from regnb.engine.ports import DEFAULT
from regnb.errors import AuthoringError

# A lesson of 45, and four exercises: each is a text, a start, a hint, a solution and a check.
MAX_CELLS = 65
MAX_CODE_LINES = 15
MAX_CODE_RUN = 2
MAX_WORDS = 150
FIRST, LAST = "goals", "recap"
TAGS = frozenset(
    {
        "exercise",
        "hide-input",
        "nbval-ignore-output",
        "needs-docker",
        "raises-exception",
        "solution",
    }
)
_SLUG = re.compile(r"\d\d_[a-z0-9]+(_[a-z0-9]+)*")
# A name is also the id of its cell: https://nbformat.readthedocs.io/en/latest/format_description.html#cell-ids
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MAX_NAME = 64
_QUESTION = re.compile(r"\blab\.question\(\s*\"([^\"]*)\"")
_ORDER = (START, SOLUTION, "check")
_EXERCISE = "it has a cell with the tag `exercise`, one with `solution`, and one with `lab.check`"
_MEND_OF_ADDRESS = "code says `lab.address`, an exercise no port, a lesson only 5000"
_PARITY = {
    "headings": "the headings have other levels",
    "links": "the links lead elsewhere",
    "images": "the images are others",
    "spans": "the code spans are others",
    "blocks": "the code blocks are others",
}


def require_rules(chapter: Chapter) -> None:
    """Raise AuthoringError with all that `problems_of` finds."""
    problems = problems_of(chapter)
    if problems:
        raise AuthoringError(problems)


def problems_of(chapter: Chapter) -> list[str]:
    """One line for each rule that `chapter` breaks: file, line, cell, and what to do."""
    found = [*_of_the_whole(chapter), *_of_names(chapter), *_of_code_runs(chapter)]
    found += [_say(chapter, cell, message) for cell, message in _of_exercises(chapter)]
    found += _of_addresses(chapter)
    for cell in chapter.cells:
        found += _of_code(chapter, cell) if isinstance(cell, Code) else _of_prose(chapter, cell)
    return found


def _say(chapter: Chapter, cell: Cell, message: str) -> str:
    return at(chapter.path, cell.line, cell.name, message)


def _of_the_whole(chapter: Chapter) -> Iterator[str]:
    cells = chapter.cells
    if not _SLUG.fullmatch(chapter.slug):
        yield at(chapter.path, 1, "", "name the file `NN_slug.md`, in lower case.")
    if not cells:
        yield at(chapter.path, 1, "", "the chapter is empty.")
        return
    if len(cells) > MAX_CELLS:
        yield at(chapter.path, 1, "", f"{len(cells)} cells; {MAX_CELLS} at most.")
    for cell, name in ((cells[0], FIRST), (cells[-1], LAST)):
        if not (isinstance(cell, Prose) and cell.name == name):
            yield _say(chapter, cell, f"this place is for the prose cell `{name}`.")


def _of_names(chapter: Chapter) -> Iterator[str]:
    counts = Counter(cell.name for cell in chapter.cells)
    for cell in chapter.cells:
        if counts[cell.name] > 1:
            yield _say(chapter, cell, "another cell has this name; names are unique.")
        if not _NAME.fullmatch(cell.name) or len(cell.name) > _MAX_NAME:
            yield _say(chapter, cell, f"a name is `lower-case-words`, {_MAX_NAME} signs at most.")


def _of_code_runs(chapter: Chapter) -> Iterator[str]:
    found: dict[str, str] = {}
    for solved in (False, True):
        run = 0
        for cell in chapter.cells_for(solved=solved):
            run = run + 1 if isinstance(cell, Code) else 0
            if run > MAX_CODE_RUN:
                message = f"{run} code cells in a row; say what came out."
                found[cell.name] = _say(chapter, cell, message)
    yield from found.values()


def _of_exercises(chapter: Chapter) -> Iterator[tuple[Code, str]]:
    """Code cell and what is wrong there, for each exercise, check or question.

    An exercise is a text, the cell where the learner starts (tag `exercise`), hints that are
    folded, the solution (tag `solution`) and the cell with its check, `lab.check("02-two-tags")`.
    """
    expected = 0
    for cell in (cell for cell in chapter.cells if isinstance(cell, Code)):
        yield from ((cell, message) for message in _of_checks(chapter, cell))
        kind = _kind(cell)
        if kind is None:
            continue
        if kind != _ORDER[expected]:
            yield cell, f"here comes the `{_ORDER[expected]}` cell of an exercise: {_EXERCISE}."
            expected = _ORDER.index(kind)
        expected = (expected + 1) % len(_ORDER)
        last = cell
    if expected:
        yield last, f"the `{_ORDER[expected]}` cell of the exercise is missing: {_EXERCISE}."


def _kind(cell: Code) -> str | None:
    named = [tag for tag in (START, SOLUTION) if tag in cell.tags]
    return named[0] if named else "check" if CHECK.search(cell.source) else None


def _of_checks(chapter: Chapter, cell: Code) -> Iterator[str]:
    for pattern, known in ((CHECK, all_checks()), (_QUESTION, all_questions())):
        for name in pattern.findall(cell.source):
            if name not in known:
                yield f"`{name}` is not in `regnb/checks/chapter_{chapter.slug[:2]}.py`."
            elif not name.startswith(f"{chapter.slug[:2]}-"):
                yield f"`{name}` belongs to another chapter; here names begin with the number."


def _of_addresses(chapter: Chapter) -> Iterator[str]:
    """Ports that are not those of every lab: the text of a lesson names 5000 alone, no other does.

    A learner types what an exercise says, and runs what a cell holds, on the port of their lab.
    """
    starts = [place for place, cell in enumerate(chapter.cells) if _is_start(cell)]
    exercises = starts[0] - 1 if starts else len(chapter.cells)
    for place, cell in enumerate(chapter.cells):
        texts = [cell.source] if isinstance(cell, Code) else list(cell.texts.values())
        allowed = isinstance(cell, Prose) and place < exercises
        named = {found[0]: int(found[2]) for text in texts for found in ADDRESS.finditer(text)}
        for address, port in named.items():
            if not (allowed and port == DEFAULT):
                message = f"a lab may be elsewhere than at `{address}`: {_MEND_OF_ADDRESS}."
                yield _say(chapter, cell, message)


def _is_start(cell: Cell) -> bool:
    return isinstance(cell, Code) and START in cell.tags


def _of_code(chapter: Chapter, cell: Code) -> Iterator[str]:
    lines = len(cell.source.splitlines())
    if not cell.source.strip():
        yield _say(chapter, cell, "the cell is empty.")
    if lines > MAX_CODE_LINES:
        yield _say(chapter, cell, f"{lines} lines of code; {MAX_CODE_LINES} at most.")
    for tag in sorted(set(cell.tags) - TAGS):
        yield _say(chapter, cell, f"unknown tag `{tag}`; there are {', '.join(sorted(TAGS))}.")


def _of_prose(chapter: Chapter, cell: Prose) -> Iterator[str]:
    outlines = {language: outline(text) for language, text in cell.texts.items()}
    for message in _differences(list(outlines.values())):
        yield _say(chapter, cell, f"{message} in one language than in the other.")
    if len(set(cell.texts.values())) < len(cell.texts):
        yield _say(chapter, cell, "the text is the same in every language; translate it.")
    for language, held in outlines.items():
        here = cell.lines[language]
        for message in _of_one_text(held, is_first=cell is chapter.cells[0]):
            yield at(chapter.path, here, cell.name, f"{message} [{language}]")
        for flaw in flaws(cell.texts[language], language):
            yield at(
                chapter.path,
                here + flaw.line,
                cell.name,
                f"“{flaw.excerpt}”: {flaw.mend}. [{language}]",
            )


def _differences(outlines: list[Outline]) -> Iterator[str]:
    for part, message in _PARITY.items():
        for one, other in pairwise(getattr(held, part) for held in outlines):
            if one != other:
                yield f"{message} ({_first_difference(one, other)})"


def _first_difference(one: object, other: object) -> str:
    if isinstance(one, frozenset) and isinstance(other, frozenset):
        return ", ".join(f"`{item}`" for item in sorted(one ^ other))
    return f"{one} and {other}"


def _of_one_text(held: Outline, *, is_first: bool) -> Iterator[str]:
    if held.words > MAX_WORDS:
        yield f"{held.words} words; {MAX_WORDS} at most, the rest in another cell."
    if is_first != (held.headings[:1] == (1,)) or 1 in held.headings[1:]:
        yield "the title `# …` opens the first cell, and no other has one."
    for image in sorted(held.unnamed_images):
        yield f"the image `{image}` needs a text for those who do not see it."
