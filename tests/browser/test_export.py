"""Stored notebooks exported to HTML and opened without JavaScript: every picture is still there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter
from playwright.sync_api import Browser, Page

from tests.browser.jupyter import PROJECT

NOTEBOOKS = sorted((PROJECT / "notebooks").glob("[ef][nr]/*.ipynb"))


@pytest.fixture(scope="module")
def bare_page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(java_script_enabled=False)
    yield page
    page.close()


def html_outputs(notebook: nbformat.NotebookNode) -> list[str]:
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    outputs = [output.get("data", {}) for cell in cells for output in cell.outputs]
    return [data["text/html"] for data in outputs if "text/html" in data]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_exported_notebook_needs_no_javascript(bare_page: Page, path: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    exported, _ = HTMLExporter(mathjax_url="", require_js_url="").from_notebook_node(notebook)
    file = tmp_path / "exported.html"
    file.write_text(exported, "utf-8")
    bare_page.goto(file.as_uri(), wait_until="domcontentloaded")
    stored = html_outputs(notebook)
    shown = bare_page.locator(".jp-OutputArea-output.jp-RenderedHTMLCommon").filter(
        has=bare_page.locator("table, figure, form, details, style")
    )
    with_tables = [html for html in stored if "<table" in html or "<figure" in html]
    assert shown.count() >= len(with_tables)
    views = bare_page.locator("figure.regnb-view")
    assert views.count() == sum(html.count("<figure") for html in stored)
    for view in views.all():
        assert view.is_visible()
        assert view.locator("figcaption").inner_text().strip()
    for table in bare_page.locator(".jp-OutputArea-output table").all():
        inside = table.locator("xpath=ancestor::details[not(@open)]").count()
        assert inside or table.is_visible()
