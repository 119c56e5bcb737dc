from __future__ import annotations

import pytest

from regnb.i18n import LANGUAGES, Translator
from regnb.widgets.comparison_view import ComparisonView
from tests.analysis.registries import Image
from tests.analysis.test_comparison import APP, BASE, OTHER, compared

NAMES = ("w3:1.0", "w3:2.0")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_layer_tells_who_has_it_in_words(language: str) -> None:
    text = Translator(language)
    first = Image([BASE, APP], config={"User": "me"})
    html = ComparisonView(text, NAMES, compared(first, Image([BASE, OTHER]))).html()
    assert f"<b>=</b> {text('compare.both')}" in html
    assert html.count("<code>w3:1.0</code>") == html.count("<code>w3:2.0</code>") == 2
    assert text("compare.absent") in html


def test_images_that_are_the_same_are_told_so() -> None:
    view = ComparisonView(Translator("en"), NAMES, compared(Image([BASE]), Image([BASE])))
    assert "the same layers and the same settings" in view.caption()
