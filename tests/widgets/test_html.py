from __future__ import annotations

from regnb.widgets.html import join, tag


def test_element_with_children_and_attributes() -> None:
    made = tag("p", "a", [tag("br"), 3, None], class_="x", data_act="open")
    assert made == '<p class="x" data-act="open">a<br>3</p>'


def test_texts_and_attributes_of_others_are_escaped() -> None:
    made = tag("p", "<script>", title='"><script>')
    assert made == '<p title="&#34;&gt;&lt;script&gt;">&lt;script&gt;</p>'
    assert join(["<b>", tag("b", "&")]) == "&lt;b&gt;<b>&amp;</b>"


def test_attributes_that_are_nothing_are_left_out() -> None:
    assert tag("details", open=True, hidden=False, title=None) == "<details open></details>"
    assert tag("meter", value=0) == '<meter value="0"></meter>'
