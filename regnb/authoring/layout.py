"""Where sources and notebooks are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from regnb.errors import AuthoringError
from regnb.i18n import SOLUTIONS


def source_paths(root: Path, wanted: Sequence[str] = ()) -> list[Path]:
    """Sources under `root` (the folder `notebooks`), sorted; only those `wanted` names, if any.

    A chapter is named by its number, its slug or the beginning of one: `01`, `01_first_registry`.
    Raises AuthoringError for a name that no chapter has, and when there is no source at all.
    """
    paths = sorted((root / "src").glob("*.md"))
    if not paths:
        raise AuthoringError([f"{root / 'src'}: no chapter is here; go to the project's folder."])
    unknown = [name for name in wanted if not any(_is_named(path, name) for path in paths)]
    if unknown:
        known = ", ".join(path.stem for path in paths)
        raise AuthoringError([f"No chapter is `{name}`; there are {known}." for name in unknown])
    return [path for path in paths if not wanted or any(_is_named(path, name) for name in wanted)]


def _is_named(path: Path, name: str) -> bool:
    return path.stem.startswith(Path(name).stem)


def place(path: Path) -> str:
    """The notebook `path` as it is named to an author: `fr/solutions/01_first_registry.ipynb`."""
    depth = 3 if path.parent.name == SOLUTIONS else 2
    return "/".join(path.parts[-depth:])


def notebook_path(source: Path, language: str, *, solved: bool = False) -> Path:
    """Where the notebook of `source` in `language` is, without its solutions or `solved`."""
    folder = source.parent.parent / language / (SOLUTIONS if solved else "")
    return folder / f"{source.stem}.ipynb"
