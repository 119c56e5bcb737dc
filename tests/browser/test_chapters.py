"""Each chapter in each language, opened and run in a browser as a learner does it."""

from __future__ import annotations

import pytest

from regnb.authoring.notebook_files import source_paths
from regnb.i18n import LANGUAGES
from tests.browser.jupyter import PROJECT
from tests.browser.screen import Screen

CHAPTERS = [path.stem for path in source_paths(PROJECT / "notebooks")]
WIDGET_TROUBLE = (".jupyter-widgets-error-container", "text=Error displaying widget")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_chapter_runs(screen: Screen, chapter: str, language: str) -> None:
    screen.open(f"notebooks/{language}/{chapter}.ipynb")
    try:
        cells = screen.run()
        screen.picture(f"{chapter}-{language}")
        assert [(cell.name, cell.errors) for cell in cells if cell.failed] == []
        for trouble in WIDGET_TROUBLE:
            assert screen.page.locator(trouble).count() == 0
    finally:
        screen.close()
