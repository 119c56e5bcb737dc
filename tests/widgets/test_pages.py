from __future__ import annotations

import pandas as pd
import pytest

from regnb.i18n import LANGUAGES, Translator
from regnb.tables.table import MAX_ROWS
from regnb.widgets import pages
from regnb.widgets.pages import PagedTable, Pages

COUNT = 2 * MAX_ROWS + 5


def table_of(count: int, language: str = "en") -> PagedTable:
    names = [f"team/app-{number:03}" for number in range(count)]
    frame = pd.DataFrame({"repository": names, "size_bytes": range(count)})
    return PagedTable.showing(Translator(language), frame.astype({"repository": "str"}))


@pytest.fixture
def view() -> Pages:
    return Pages(Translator("en"), table_of(COUNT))


def page(view: Pages, action: str, value: str) -> str:
    return str(view.answer(action, value)["page"])


def test_pages_are_turned_and_end(view: Pages) -> None:
    assert f"Rows {MAX_ROWS + 1} to {2 * MAX_ROWS} of {COUNT}" in page(view, "turn", "next")
    last = page(view, "turn", "next")
    assert f"Rows {2 * MAX_ROWS + 1} to {COUNT} of {COUNT}" in last
    assert last == page(view, "turn", "next") == page(view, "turn", "last")
    assert last.count("team/app-") == 5
    assert f"Rows {MAX_ROWS + 1} to" in page(view, "turn", "previous")
    first = page(view, "turn", "first")
    assert f"Rows 1 to {MAX_ROWS} of" in first
    assert first == page(view, "turn", "previous")


def test_search_is_in_all_rows_and_starts_at_the_first(view: Pages) -> None:
    page(view, "turn", "last")
    found = page(view, "search", " APP-12 ")
    assert "Rows 1 to 5 of 5" in found
    assert "team/app-124" in found
    assert "No row" in page(view, "search", "app.12")
    assert "No row" in page(view, "turn", "last")
    assert f"of {COUNT}" in page(view, "search", "")


def test_texts_of_others_are_escaped() -> None:
    frame = pd.DataFrame({"repository": pd.Series(["<b>x</b>"] * COUNT, dtype="str")})
    view = Pages(Translator("en"), PagedTable.showing(Translator("en"), frame))
    assert "<b>" not in view.html(live=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_controls_have_names_in_both_languages(language: str) -> None:
    html = Pages(Translator(language), table_of(COUNT, language)).html(live=True)
    assert html.count("<button") == 4
    assert Translator(language)("pages.search") in html
    assert "<button" not in Pages(Translator(language), table_of(COUNT, language)).html()


@pytest.mark.parametrize(
    ("count", "looks", "live"),
    [(COUNT, True, True), (COUNT, False, False), (MAX_ROWS, True, False)],
    ids=["many rows", "nobody looks", "few rows"],
)
def test_live_view_is_beside_the_stored_one(
    monkeypatch: pytest.MonkeyPatch, count: int, looks: bool, live: bool
) -> None:
    monkeypatch.setattr(pages, "somebody_looks", lambda: looks)
    table = table_of(count)
    bundle = table._repr_mimebundle_()
    assert ("application/vnd.jupyter.widget-view+json" in bundle) is live
    assert bundle["text/html"] == table._repr_html_()
    assert bundle["text/plain"] == repr(table)


def test_rows_that_are_chosen_are_leafed_through_too() -> None:
    table = table_of(COUNT)
    assert isinstance(table[table.size_bytes > 3], PagedTable)
