from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants import ROOT, Copy, Mutant, equivalents, mutants_of, nearest_tests, sample

RIGHT = """
def double(number: int) -> int:
    \"\"\"Twice as much.\"\"\"
    if number < 0:
        raise ValueError(f"{number} is less than 0")
    return number * 2
"""
TEST = """
import pytest
from regnb.part.numbers import double

def test_double():
    assert double(3) == 6
    with pytest.raises(ValueError):
        double(-1)
"""


@pytest.mark.parametrize(
    ("line", "mutants"),
    [
        ("x = a == b", ["x = (a != b)"]),
        ("x = not a", ["x = a"]),
        ("x = a and b", ["x = (a or b)"]),
        ("x = a + b", ["x = (a - b)"]),
        ("x = 1", ["x = 2"]),
        ("x = True", ["x = False"]),
        ("x = 'a'", ["x = 'ax'"]),
        ("if a: b()", ["if (not (a)): b()", "if a: pass"]),
        ("é = é == f(b)", ["é = (é != f(b))"]),
        ("def f(a: int) -> str: return a", ["def f(a: int) -> str: return None"]),
        ("raise E('text')", ["pass"]),
        ("'a docstring'", []),
        ("import a", []),
        ("x = f'{a}'", []),
        ("if TYPE_CHECKING: import a", []),
    ],
)
def test_mutants_of_a_line(line: str, mutants: list[str]) -> None:
    assert [mutant.new for mutant in mutants_of(line)] == mutants


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "original"
    for path, text in {
        "pyproject.toml": "[tool.pytest.ini_options]\npythonpath = ['.']\n",
        "regnb/__init__.py": "",
        "regnb/part/__init__.py": "",
        "regnb/part/numbers.py": RIGHT,
        "tests/part/test_numbers.py": TEST,
        "tests/part/test_red.py": "assert 0",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def test_mutant_is_killed_or_lives_in_the_copy_alone(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # they take seconds to load
    copy = Copy(project, tmp_path)
    place = "regnb/part/numbers.py"
    killed = Mutant(place, 6, "Return", "    return number * 2", "    return None")
    alive = Mutant(place, 4, "Compare", "    if number < 0:", "    if number <= 0:")
    assert copy.killer(killed) == "tests/part/test_numbers.py"
    assert copy.killer(alive) is None
    assert (project / place).read_text() == (copy.root / place).read_text() == RIGHT


def test_sample_has_other_lines_and_is_the_same_again(project: Path) -> None:
    first, second = (sample(project, "regnb/part", 3, seed=1) for _ in range(2))
    assert first == second
    assert {mutant.line for mutant in first} == {4, 5, 6}


def test_nearest_tests_come_first() -> None:
    assert nearest_tests(ROOT, "regnb/oci/digest.py")[:2] == [
        "tests/oci/test_digest.py",
        "tests/oci",
    ]
    assert nearest_tests(ROOT, "regnb/__main__.py") == []


def test_equivalent_mutants_are_still_there() -> None:
    gone = []
    for name in equivalents(ROOT):
        place, _, change = name.partition(": ")
        path = ROOT / place
        mutants = mutants_of(path.read_text("utf-8"), place) if path.exists() else []
        if name not in {mutant.name for mutant in mutants}:
            gone.append(change)
    assert gone == []
