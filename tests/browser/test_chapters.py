"""Each chapter in each language, opened and run in a browser as a learner does it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from regnb.authoring import source_paths
from regnb.engine.embedded import background
from regnb.i18n import LANGUAGES
from tests.browser.jupyter import PROJECT
from tests.browser.screen import Screen

CHAPTERS = [path.stem for path in source_paths(PROJECT / "notebooks")]
WIDGET_TROUBLE = (".jupyter-widgets-error-container", "text=Error displaying widget")


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Where the engine of each language lives: each has a machine of its own, as it were."""
    homes = {language: str(tmp_path_factory.mktemp(language)) for language in LANGUAGES}
    yield homes
    for home in homes.values():
        background.stop(background.Place.default({**os.environ, "REGNB_HOME": home}))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_chapter_runs_in_both_languages(
    screen: Screen, chapter: str, homes: dict[str, str]
) -> None:
    paths = {language: f"notebooks/{language}/{chapter}.ipynb" for language in LANGUAGES}
    try:
        for language, path in paths.items():  # at once: neither waits for the other
            screen.open(path)
            screen.call(f"import os; os.environ['REGNB_HOME'] = {homes[language]!r}")
            screen.start()
        for language, path in paths.items():
            screen.show(path)
            cells = screen.wait()
            screen.picture(f"{chapter}-{language}")
            assert [(cell.name, cell.errors) for cell in cells if cell.failed] == []
            for trouble in WIDGET_TROUBLE:
                assert screen.page.locator(trouble).count() == 0
    finally:
        for path in paths.values():
            screen.show(path)
            screen.close()
