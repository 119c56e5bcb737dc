"""Where sources and notebooks are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from regnb.errors import AuthoringError, ChapterUnknown
from regnb.i18n import SOLUTIONS


def source_paths(root: Path, wanted: Sequence[str] = ()) -> list[Path]:
    """Sources under `root` (the folder `notebooks`), sorted; only those `wanted` names, if any.

    A chapter is named by its number, its slug or the beginning of one: `01`, `01_first_registry`.
    Raises ChapterUnknown for a name that no chapter has, AuthoringError without any source.
    """
    paths = sorted((root / "src").glob("*.md"))
    if not paths:
        raise AuthoringError([f"{root / 'src'}: no chapter is here; go to the project's folder."])
    chosen = chosen_chapters([path.stem for path in paths], wanted)
    return [path for path in paths if path.stem in chosen]


def chosen_chapters(known: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Those of `known` that `wanted` name, all of them without any; raises ChapterUnknown."""
    beginnings = [Path(name).stem for name in wanted]
    for beginning in beginnings:
        if not any(name.startswith(beginning) for name in known):
            raise ChapterUnknown(beginning, ", ".join(known))
    return [name for name in known if not wanted or name.startswith(tuple(beginnings))]


def place(path: Path) -> str:
    """The notebook `path` as it is named to an author: `fr/solutions/01_first_registry.ipynb`."""
    depth = 3 if path.parent.name == SOLUTIONS else 2
    return "/".join(path.parts[-depth:])


def notebook_path(source: Path, language: str, *, solved: bool = False) -> Path:
    """Where the notebook of `source` in `language` is, without its solutions or `solved`."""
    folder = source.parent.parent / language / (SOLUTIONS if solved else "")
    return folder / f"{source.stem}.ipynb"
