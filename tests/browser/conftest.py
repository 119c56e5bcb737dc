from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Protocol

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.jupyter import jupyterlab
from tests.browser.screen import REACTION, Screen

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# A picture of a whole notebook is drawn by the processor: there is no graphics card.
OPTIONS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(900))


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where JupyterLab's root is."""
    return tmp_path_factory.mktemp("course")


@pytest.fixture(scope="session")
def address(course: Path) -> Iterator[str]:
    with jupyterlab(course) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert program, "The tests in a browser need Chromium: `apt install chromium`."
    expect.set_options(timeout=REACTION)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def page(browser: Browser, address: str) -> Iterator[Screen]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield Screen(page, address)
    page.close()


@pytest.fixture
def screen(page: Screen) -> Iterator[Screen]:
    """JupyterLab; fails when the browser complained during the test, or since the one before."""
    yield page
    heard, page.complaints[:] = list(page.complaints), []
    assert heard == []


class Write(Protocol):
    def __call__(self, language: str, **cells: str) -> str:
        """The path of a new notebook with the code `cells`, by their names."""


@pytest.fixture(scope="session")
def write(course: Path) -> Write:
    numbers = count(1)

    def write(language: str, **cells: str) -> str:
        path = Path("scratch", language, f"notebook-{next(numbers)}.ipynb")
        code = [new_code_cell(source, id=name) for name, source in cells.items()]
        (course / path).parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(new_notebook(cells=code, metadata=KERNEL), course / path)
        return path.as_posix()

    return write
