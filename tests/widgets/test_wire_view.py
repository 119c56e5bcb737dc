from __future__ import annotations

import re

import pytest

from regnb.analysis.wire import EXPLAINED, shown
from regnb.i18n import LANGUAGES, Translator
from regnb.registry.transport import BodyCopy
from regnb.widgets.wire_view import LINES, SHOWN, Wire
from tests.analysis.test_wire import exchange

HEADERS = {"Docker-Content-Digest": "sha256:1", "Date": "today"}


def wire(count: int = 1, language: str = "en", **changed: object) -> Wire:
    item = shown(exchange(response_headers=HEADERS, **changed))
    return Wire(Translator(language), "tags", [item] * count, count)


def test_static_view_has_all_that_matters_as_text() -> None:
    html = wire(response_body=BodyCopy(b'{"name": "<b>"}')).html()
    assert "behind" in html.lower()
    for text in ("<b>GET</b>", "200 OK", "Docker-Content-Digest", "sha256:1", "$ curl --include"):
        assert text in html
    assert "&#34;name&#34;: &#34;&lt;b&gt;&#34;" in html


def test_what_differs_from_run_to_run_is_only_in_the_live_view() -> None:
    assert "today" not in wire().html()
    assert "today" in wire().html(live=True)


def test_only_the_live_view_has_buttons() -> None:
    assert "<button" not in wire().html()
    assert re.search(r'<button type="button" data-copy="curl [^"]+"', wire().html(live=True))


@pytest.mark.parametrize("language", LANGUAGES)
def test_long_lists_are_cut_and_say_so(language: str) -> None:
    html = wire(SHOWN + 5, language).html()
    assert html.count("<details") == SHOWN
    assert re.search(r"… (and|et) 5 ", html)
    body = BodyCopy(b"[" + b",".join([b"1"] * 100) + b"]")
    assert f"… {102 - LINES} " in wire(language=language, response_body=body).html()


def test_step_without_an_exchange_says_who_speaks() -> None:
    html = Wire(Translator("fr"), "push", [], 0).html()
    assert "<code>lab.push</code>" in html
    assert "moteur" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_telling_header_is_explained(language: str) -> None:
    translator = Translator(language)
    assert all(translator.has(f"wire.header.{name}") for name in EXPLAINED)
