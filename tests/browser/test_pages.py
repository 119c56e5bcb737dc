"""The table of a registry with 100,000 tags in JupyterLab: how long a learner waits for a page."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from tests.browser.conftest import Write
from tests.browser.jupyter import PROJECT
from tests.browser.screen import OUTPUT, Screen

FILL = f"""
import sys
sys.path.insert(0, {str(PROJECT)!r})
from regnb.i18n import Translator
from regnb.inventory import frame_of
from regnb.inventory.columns import Inventory
from regnb.widgets.pages import PagedTable
from tests.inventory.test_columns import facts
table = PagedTable.showing(Translator("en"), frame_of(Inventory.of(facts())))
"""
# From the moment that the cell is asked to run, or a control is used, until the page is painted.
PAINTED = """
    const painted = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    const page = () => document.querySelector('.regnb-pages [data-slot=page]');
    const shows = async text => {
        while (!page()?.textContent.includes(text)) await painted();
        await painted();
        return Math.round(performance.now() - started);
    };
    const started = performance.now();
"""
FIRST = f"""async () => {{
    const notebook = window.jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = 1;
    {PAINTED}
    window.jupyterapp.commands.execute('notebook:run-cell');
    return await shows('Rows 1 to 60 of 100000');
}}"""
TURN = f"""async () => {{
    {PAINTED}
    document.querySelector('.regnb-pages [data-value=last]').click();
    return await shows('of 100000');
}}"""
SEARCH = f"""async () => {{
    {PAINTED}
    const input = document.querySelector('.regnb-pages input');
    input.value = 'app.12345';
    input.dispatchEvent(new Event('input', {{bubbles: true}}));
    return await shows('Rows 1 to 5 of 5');
}}"""


def test_a_hundred_thousand_rows(screen: Screen, write: Write) -> None:
    screen.open(write("en", fill=FILL, pages="None"))
    assert not [cell.errors for cell in screen.run() if cell.failed]
    screen.page.evaluate(
        "window.jupyterapp.shell.currentWidget.content.widgets[1]"
        ".model.sharedModel.setSource('table')"
    )
    figures = {"first_paint_ms": screen.page.evaluate(FIRST)}
    view = screen.output("pages")
    rows = view.locator("tbody tr")
    expect(rows).to_have_count(60)
    figures["last_page_ms"] = screen.page.evaluate(TURN.replace("of 100000", "to 100000 of 100000"))
    expect(rows).to_have_count(40)
    expect(rows.last).to_contain_text("team/app.9999")
    figures["search_ms"] = screen.page.evaluate(SEARCH)
    expect(rows).to_have_count(5)
    view.get_by_role("button", name="Next").click()
    expect(rows).to_have_count(5)
    view.get_by_role("searchbox").fill("no such thing")
    expect(view.get_by_text("No row contains this text.")).to_be_visible()
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / "pages.json").write_text(json.dumps(figures), "utf-8")
    print(figures)
    screen.portrait(view, "pages-en")
    screen.close()
