"""The rules that hold the package in shape: imports go one way, and one name is one thing."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.structure import ENTRIES, Module, Package

TESTS = Path(__file__).parent
REGNB = Package(TESTS.parent / "regnb")

# A part may import the parts of a lower rank only, and its own; equal ranks never meet.
RANKS = {
    "errors": 0,
    "compression": 1,
    "i18n": 1,
    "oci": 1,
    "outgoing": 1,
    "content": 2,
    "web": 2,
    "state": 3,
    "registry": 3,
    "server": 3,
    "inventory": 4,
    "embedded": 4,
    "engine": 5,
    "analysis": 5,
    "tables": 6,
    "checks": 6,
    "widgets": 7,
    "lab": 8,
    "authoring": 8,
    "cli": 9,
    "jupyter": 9,
}
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_FILES = 250
MAX_FILES_OF_LAB = 30
MAX_DEPTH = 2
MAX_SHARE_OF_IMPORTS = 0.087
MIN_SHARE_MIRRORED = 0.9


def may_import(importer: str, imported: str) -> bool:
    return imported == importer or RANKS[imported] < RANKS[importer]


def place_of(module: Module) -> str:
    return str(module.place)


@pytest.mark.parametrize("module", REGNB.modules, ids=place_of)
def test_imports_go_one_way(module: Module) -> None:
    if not module.parts or module.parts[0] in ENTRIES:
        return
    part = module.parts[0]
    parts = {other.parts[0] for other in REGNB.imported(module) if other.parts}
    guilty = {name for name in parts if not may_import(part, name)}
    assert not guilty, f"{part} imports {guilty}, of the same rank or higher"


def test_rule_refuses_the_wrong_direction() -> None:
    assert not may_import("tables", "lab")
    assert not may_import("server", "registry")
    assert may_import("lab", "tables")


def test_every_part_has_a_rank() -> None:
    parts = {module.parts[0] for module in REGNB.modules if module.parts} - ENTRIES
    assert parts <= RANKS.keys()


@pytest.mark.parametrize("module", REGNB.modules, ids=place_of)
def test_files_and_functions_stay_small(module: Module) -> None:
    assert module.lines <= MAX_FILE_LINES
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            assert lines <= MAX_FUNCTION_LINES, f"{node.name} has {lines} lines"


def test_no_files_and_no_folders_import_in_a_circle() -> None:
    assert list(REGNB.circles()) == []


def test_one_name_is_one_thing() -> None:
    assert REGNB.double_names() == {}


def test_things_stand_in_few_whole_files() -> None:
    of_lab = [module for module in REGNB.modules if module.parts[:1] == ("lab",)]
    assert len(REGNB.modules) <= MAX_FILES
    assert len(of_lab) <= MAX_FILES_OF_LAB
    assert max(len(module.place.parts) - 1 for module in REGNB.modules) <= MAX_DEPTH


def test_few_lines_are_imports() -> None:
    assert round(REGNB.share_of_imports(), 3) <= MAX_SHARE_OF_IMPORTS


def test_tests_stand_where_the_modules_do() -> None:
    assert REGNB.share_mirrored(TESTS) >= MIN_SHARE_MIRRORED


def made_up(folder: Path, **modules: str) -> Package:
    """A package `made` of `modules`, whose names have `__` where their path has a slash."""
    for name, text in modules.items():
        path = folder / "made" / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Package(folder / "made")


@pytest.mark.parametrize(
    ("modules", "circle"),
    [
        ({"a": "from made.b import x", "b": "import made.c", "c": ""}, None),
        ({"a": "from made.b import x", "b": "import made.a"}, {"a.py", "b.py"}),
        ({"a": "from made import b", "b": "from made import a"}, {"a.py", "b.py"}),
        (
            {"a": "if TYPE_CHECKING:\n    from made.b import x", "b": "from made.a import y"},
            {"a.py", "b.py"},
        ),
        ({"a": "def f():\n    import made.b", "b": "import made.a"}, {"a.py", "b.py"}),
        ({"a__x": "import made.b.y", "b__y": "", "b__z": "import made.a.x"}, {"a", "b"}),
        ({"a__x": "import made.b.y", "b__y": "", "b__z": "import made.a__.z"}, None),
        ({"a__x": "", "a__y": "import made.a.x", "b": "import made.a.y"}, None),
        ({"a__x__one": "import made.a.y.two", "a__y__two": "import made.a.x.one"}, {"a/x", "a/y"}),
    ],
)
def test_circles_are_found(
    tmp_path: Path, modules: dict[str, str], circle: set[str] | None
) -> None:
    found = [set(one) for one in made_up(tmp_path, **modules).circles()]
    assert found == ([circle] if circle else [])


def test_double_names_are_found(tmp_path: Path) -> None:
    package = made_up(
        tmp_path, a__x="class Thing: ...", b__x="class Other: ...", b__y="class Thing: ..."
    )
    assert package.double_names() == {"x.py": ["a/x.py", "b/x.py"], "Thing": ["a/x.py", "b/y.py"]}


def test_shares_are_counted(tmp_path: Path) -> None:
    package = made_up(tmp_path, a="import x\nfrom y import (\n    z,\n)\n", b="1\n" * 12)
    assert package.share_of_imports() == 0.25
    (tmp_path / "test_a.py").touch()
    assert package.share_mirrored(tmp_path) == 0.5


def test_import_loads_nothing_heavy() -> None:
    code = "import sys, regnb; print(sorted({'docker', 'pandas', 'ipywidgets'} & set(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=TESTS.parent
    )
    assert result.stdout.strip() == "[]"
