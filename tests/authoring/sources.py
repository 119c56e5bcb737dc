"""Sources of chapters to test with."""

from __future__ import annotations

from pathlib import Path


def prose(name: str, french: str, english: str, fold: str = "") -> str:
    texts = {"fr": french, "en": english}
    folded = f', "fold": "{fold}"' if fold else ""
    return "".join(
        f'+++ {{"lang": "{language}", "name": "{name}"{folded}}}\n\n{text}\n\n'
        for language, text in texts.items()
    )


def code(name: str, source: str, tags: str = "") -> str:
    options = f":name: {name}\n" + (f":tags: [{tags}]\n" if tags else "")
    return f"```{{code-cell}} ipython3\n{options}\n{source}\n```\n\n"


GOALS = prose("goals", "# Essai\n\nUn objectif", "# Trial\n\nOne goal")
RECAP = prose("recap", "Retenez ceci.", "Remember this.")


def write(root: Path, *cells: str, slug: str = "00_trial") -> Path:
    path = root / "src" / f"{slug}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(cells), "utf-8")
    return path


def write_lesson(root: Path, *cells: str, slug: str = "00_trial") -> Path:
    return write(root, GOALS, *cells, RECAP, slug=slug)
