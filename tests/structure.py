"""What the structure of a package is: modules, imports, circles, names, and tests beside."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

# Of a package, not of a thing in it.
ENTRIES = frozenset({"__init__", "__main__"})


@dataclass(frozen=True)
class Module:
    """A file: its place below the package, its text, and what Python reads in it."""

    place: Path
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def stem(self) -> str:
        return self.place.stem

    @property
    def parts(self) -> tuple[str, ...]:
        """Its name without the package's: `("oci", "index")`; that of a folder for `__init__`."""
        parts = self.place.with_suffix("").parts
        return parts[:-1] if self.stem == "__init__" else parts

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    @cached_property
    def imports(self) -> list[ast.Import | ast.ImportFrom]:
        """All of them: for the types alone, and inside of functions, too."""
        nodes = ast.walk(self.tree)
        return [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]

    @property
    def import_lines(self) -> int:
        return sum((node.end_lineno or node.lineno) - node.lineno + 1 for node in self.imports)

    @property
    def classes(self) -> list[str]:
        return [node.name for node in self.tree.body if isinstance(node, ast.ClassDef)]


@dataclass(frozen=True)
class Package:
    """The package in `folder`."""

    folder: Path

    @cached_property
    def modules(self) -> list[Module]:
        paths = sorted(self.folder.rglob("*.py"))
        return [Module(path.relative_to(self.folder), path.read_text("utf-8")) for path in paths]

    @cached_property
    def by_name(self) -> Mapping[str, Module]:
        return {".".join((self.folder.name, *module.parts)): module for module in self.modules}

    def imported(self, module: Module) -> Iterator[Module]:
        """The modules of the package that `module` imports."""
        for node in module.imports:
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                origin = node.module or ""
                members = [f"{origin}.{alias.name}" for alias in node.names]
                names = [name if name in self.by_name else origin for name in members]
            yield from (self.by_name[name] for name in names if name in self.by_name)

    def circles(self) -> Iterator[list[str]]:
        """One circle of each folder, from a file or folder in it to the same, if there is one.

        The package's own `__init__`, which everybody may ask for the version, is left out.
        """
        folders: defaultdict[Path, defaultdict[str, set[str]]]
        folders = defaultdict(lambda: defaultdict(set))
        for module in self.modules:
            for other in self.imported(module):
                if module.parts and other.parts:
                    folder, one, two = _where_they_part(module.place, other.place)
                    if one != two:
                        folders[folder][one].add(two)
        for folder, graph in sorted(folders.items()):
            try:
                TopologicalSorter(graph).prepare()
            except CycleError as error:
                yield [str(folder / name) for name in error.args[1]]

    def double_names(self) -> dict[str, list[str]]:
        """Names of classes and of files that two things have, each with the places."""
        places: defaultdict[str, list[str]] = defaultdict(list)
        for module in self.modules:
            names = (
                module.classes if module.stem in ENTRIES else [module.place.name, *module.classes]
            )
            for name in names:
                places[name].append(str(module.place))
        return {name: found for name, found in places.items() if len(found) > 1}

    def share_of_imports(self) -> float:
        """Lines of imports over all lines."""
        lines = sum(module.lines for module in self.modules)
        return sum(module.import_lines for module in self.modules) / lines

    def share_mirrored(self, tests: Path) -> float:
        """How many of the modules have their test at the same place below `tests`."""
        modules = [module.place for module in self.modules if module.stem not in ENTRIES]
        beside = [tests / place.with_name(f"test_{place.name}") for place in modules]
        return sum(path.exists() for path in beside) / len(modules)


def _where_they_part(one: Path, other: Path) -> tuple[Path, str, str]:
    """The folder that both are in, and what of it each is, or is in."""
    shared = 0
    while one.parts[shared] == other.parts[shared] and shared < len(one.parts) - 1:
        shared += 1
    return Path(*one.parts[:shared]), one.parts[shared], other.parts[shared]
