"""The rules that hold the package in shape: imports go one way, files and functions stay small."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "regnb"
FILES = sorted(PACKAGE.rglob("*.py"))

# A part may import the parts of a lower rank only, and its own; equal ranks never meet.
RANKS = {
    "errors": 0,
    "compression": 1,
    "i18n": 1,
    "oci": 1,
    "outgoing": 1,
    "state": 1,
    "content": 2,
    "web": 2,
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


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def parts_imported(path: Path) -> set[str]:
    names = {name.split(".")[1] for name in imports_of(path) if name.startswith("regnb.")}
    return names & RANKS.keys()


def may_import(importer: str, imported: str) -> bool:
    return imported == importer or RANKS[imported] < RANKS[importer]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    part = part_of(path)
    if part in {"__init__", "__main__"}:
        return
    guilty = {name for name in parts_imported(path) if not may_import(part, name)}
    assert not guilty, f"{part} imports {guilty}, of the same rank or higher"


def test_rule_refuses_the_wrong_direction() -> None:
    assert not may_import("tables", "lab")
    assert not may_import("server", "registry")
    assert may_import("lab", "tables")


def test_every_part_has_a_rank() -> None:
    parts = {part_of(path) for path in FILES} - {"__init__", "__main__"}
    assert parts <= RANKS.keys()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= MAX_FILE_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            assert lines <= MAX_FUNCTION_LINES, f"{node.name} has {lines} lines"


def test_import_loads_nothing_heavy() -> None:
    code = "import sys, regnb; print(sorted({'docker', 'pandas', 'ipywidgets'} & set(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    assert result.stdout.strip() == "[]"
