"""The addresses of the badges of Binder, as a learner's browser opens them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect


@pytest.fixture
def visitor(browser: Browser, address: str) -> Iterator[Page]:
    """A page of its own; the language is set back, which all pages of the session have."""
    page = browser.new_page()
    yield page
    page.goto(f"{address}/regnb/en")
    page.close()


@pytest.mark.parametrize(("language", "menu"), [("fr", "Fichier"), ("en", "File")])
def test_jupyterlab_opens_in_the_language(
    visitor: Page, address: str, language: str, menu: str
) -> None:
    visitor.goto(f"{address}/regnb/{language}")
    expect(visitor).to_have_url(re.compile(f"/lab/tree/notebooks/{language}$"))
    expect(visitor.locator(".lm-MenuBar-itemLabel").first).to_have_text(menu)
    # Not visible where another page of the session has folded the side bar.
    expect(visitor.locator(".jp-DirListing-item", has_text="solutions")).to_be_attached()
