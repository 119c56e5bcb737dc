"""Whether the tests notice a line that is wrong: `python -m tests.mutants --count 60 --seed 1`.

Random lines of `regnb/` are changed, one at a time, in a copy of the project: a comparison turned,
another constant, a condition negated, `None` returned, a statement left out. The tests of the part
run until one fails: the test at the same place first, then those of the folder, then what
`ELSEWHERE` names. A mutant that all of them pass is shown: it wants a test, or a line in
`equivalent_mutants.toml`, which says why it changes nothing. Ends with 1 when one is left.

mutmut makes all mutants of a project and first runs all of its tests to know which ones reach
which; cosmic-ray changes the files in place, with one command of tests for all; neither takes a
sample of lines.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
NOT_COPIED = (".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "ci-output")
# Of a part: the tests that hold it to its word and do not stand in its folder.
ELSEWHERE = {
    "analysis": ("tests/tables", "tests/widgets"),
    "checks": ("tests/widgets",),
    "embedded": ("tests/cli/test_embedded_engine.py",),
    "engine": ("tests/contract/test_engine.py", "tests/contract/test_lab.py"),
    "errors": ("tests/i18n", "tests/engine", "tests/registry"),
    "inventory": ("tests/cli/test_ls.py",),
    "lab": ("tests/contract/test_lab.py",),
    "oci": ("tests/registry", "tests/server"),
    "registry": ("tests/inventory",),
    "tables": ("tests/lab",),
    "web": ("tests/server",),
    "widgets": ("tests/lab",),
}
TURNED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
}
UNUSED = ("schemathesis", "nbval")
TEST_SECONDS = 60
SECONDS = 900


@dataclass(frozen=True)
class Mutant:
    """Line `line` (from 1) of the file `place`, with `new` in the place of `old`.

    `kind` is the kind of what is changed, as Python calls it.
    """

    place: str
    line: int
    kind: str
    old: str
    new: str

    @property
    def name(self) -> str:
        """By which `equivalent_mutants.toml` knows it, wherever the line is."""
        return f"{self.place}: {self.old.strip()} -> {self.new.strip()}"


def mutants_of(text: str, place: str = "") -> Iterator[Mutant]:
    """Each mutant of the Python in `text`, which stands in the file `place`."""
    lines = text.splitlines()
    for node, replacement in _replacements(ast.parse(text)):
        if node.lineno == node.end_lineno and node.end_col_offset is not None:
            old = lines[node.lineno - 1]
            raw = old.encode()  # the offsets are of bytes
            new = raw[: node.col_offset] + replacement.encode() + raw[node.end_col_offset :]
            if new != raw:
                yield Mutant(place, node.lineno, type(node).__name__, old, new.decode())


def _replacements(tree: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    for node in _of_runs(tree):
        match node:
            case ast.Compare(left, [operator], comparators) if type(operator) in TURNED:
                yield node, _unparsed(ast.Compare(left, [_turned(operator)], comparators))
            case ast.BoolOp(operator, values):
                yield node, _unparsed(ast.BoolOp(_turned(operator), values))
            case ast.BinOp(left, operator, right) if type(operator) in TURNED:
                yield node, _unparsed(ast.BinOp(left, _turned(operator), right))
            case ast.UnaryOp(ast.Not(), operand):
                yield node, ast.unparse(operand)
            case ast.Constant(value):
                yield node, repr(_another(value))
            case ast.Return(ast.expr()):
                yield node, "return None"
            case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.Continue() | ast.Break():
                yield node, "pass"
            case ast.If(test) | ast.While(test) | ast.IfExp(test):
                yield test, f"(not ({ast.unparse(test)}))"


def _of_runs(node: ast.AST) -> Iterator[ast.AST]:
    """`node` and those below it that do something: no types, texts, nor messages of errors."""
    match node:
        case ast.Import() | ast.ImportFrom() | ast.JoinedStr() | ast.Expr(ast.Constant()):
            return
        case ast.If(ast.Name("TYPE_CHECKING")) | ast.Call(ast.Name("TypeVar")):
            return
    yield node
    if isinstance(node, ast.Raise):
        return
    for name, value in ast.iter_fields(node):
        if name not in {"annotation", "returns", "decorator_list"}:
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _of_runs(child)


def _turned(operator: ast.AST) -> Any:
    return TURNED[type(operator)]()


def _unparsed(node: ast.expr) -> str:
    return f"({ast.unparse(node)})"


def _another(value: object) -> object:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return value + "x"
        case bytes():
            return value + b"x"
    return value


def sample(root: Path, part: str, count: int, seed: int) -> list[Mutant]:
    """`count` mutants of `part` in `root`, each of another line; the same ones for a `seed`."""
    lines: dict[tuple[str, int], dict[str, list[Mutant]]] = {}
    folder = root / part
    for path in sorted(folder.rglob("*.py")) if folder.is_dir() else [folder]:
        place = path.relative_to(root).as_posix()
        for mutant in mutants_of(path.read_text("utf-8"), place):
            kinds = lines.setdefault((place, mutant.line), {})
            kinds.setdefault(mutant.kind, []).append(mutant)
    chance = random.Random(seed)
    chosen = chance.sample(list(lines.values()), min(count, len(lines)))
    return [chance.choice(chance.choice(list(kinds.values()))) for kinds in chosen]


def nearest_tests(root: Path, place: str) -> list[str]:
    """What to run for the file `place`, the nearest first."""
    path = Path(place).relative_to("regnb")
    near = Path("tests", path.parent, f"test_{path.name}")
    part = path.parts[0].removesuffix(".py")
    wanted = [near, near.parent, Path("tests", part), *map(Path, ELSEWHERE.get(part, ()))]
    there = [one.as_posix() for one in wanted if one != Path("tests") and (root / one).exists()]
    return list(dict.fromkeys(there))


class Copy:
    """A copy of the project in `folder`, to change and to test."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = folder / "project"
        shutil.copytree(root, self.root, ignore=shutil.ignore_patterns(*NOT_COPIED))
        self._green: dict[str, bool] = {}

    def killer(self, mutant: Mutant) -> str | None:
        """The tests that fail with `mutant`, None when none does."""
        path = self.root / mutant.place
        before = path.read_text("utf-8")
        lines = before.splitlines(keepends=True)
        lines[mutant.line - 1] = f"{mutant.new}\n"
        for tests in nearest_tests(self.root, mutant.place):
            if not self._are_green(tests):
                continue
            path.write_text("".join(lines), "utf-8")
            try:
                if not self._pass(tests):
                    return tests
            finally:
                path.write_text(before, "utf-8")
        return None

    def _are_green(self, tests: str) -> bool:
        """Whether `tests` pass without a mutant; others say nothing about one."""
        if tests not in self._green:
            self._green[tests] = self._pass(tests)
            if not self._green[tests]:
                print(f"{tests} fail without a mutant, and are left out.", flush=True)
        return self._green[tests]

    def _pass(self, tests: str) -> bool:
        # Two plugins that take seconds to load, which the tests that use their packages do without.
        without = [word for name in ("cacheprovider", *UNUSED) for word in ("-p", f"no:{name}")]
        words = ["-q", "-x", *without, "-o", f"timeout={TEST_SECONDS}", tests]
        environment = {**os.environ, "PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": "1"}
        with subprocess.Popen(
            [sys.executable, "-m", "pytest", *words],
            cwd=self.root,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            try:
                return process.wait(SECONDS) in {0, 5}  # 5: all of them are left out here
            except subprocess.TimeoutExpired:
                return False
            finally:
                _end_group(process.pid)


def _end_group(number: int) -> None:
    """End what a test has left running."""
    try:
        os.killpg(number, signal.SIGKILL)
    except ProcessLookupError:
        return


def equivalents(root: Path) -> dict[str, str]:
    """Why each mutant that `equivalent_mutants.toml` names changes nothing."""
    text = (root / "tests" / "equivalent_mutants.toml").read_text("utf-8")
    return {one["mutant"]: one["why"] for one in tomllib.loads(text)["equivalent"]}


def main() -> int:
    """Show what becomes of each mutant."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", default="regnb", help="a folder or a file: regnb/oci")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing is left
    known = equivalents(ROOT)
    killed, alive = 0, 0
    with tempfile.TemporaryDirectory(prefix="regnb-mutants-") as folder:
        copy = Copy(ROOT, Path(folder))
        for mutant in sample(ROOT, options.part, options.count, options.seed):
            where = f"{mutant.place}:{mutant.line}"
            if mutant.name in known:
                print(f"equivalent {where}: {known[mutant.name]}", flush=True)
            elif killer := copy.killer(mutant):
                killed += 1
                print(f"killed     {where} by {killer}", flush=True)
            else:
                alive += 1
                diff = f"    - {mutant.old.strip()}\n    + {mutant.new.strip()}"
                print(f"ALIVE      {where}\n{diff}", flush=True)
    print(f"{killed} of {killed + alive} killed ({killed / max(killed + alive, 1):.0%})")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
