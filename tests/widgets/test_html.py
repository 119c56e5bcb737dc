from __future__ import annotations

from regnb.widgets.html import join, share_bar, tag


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


def test_bar_has_a_part_for_each_share_and_is_not_read_aloud() -> None:
    assert share_bar(1, 0, 2, of=4) == (
        '<span class="bar" aria-hidden="true"><i class="part-1" style="width: 25.0%"></i>'
        '<i class="part-3" style="width: 50.0%"></i></span>'
    )
    assert share_bar(0, of=0) == '<span class="bar" aria-hidden="true"></span>'
    assert share_bar(1, of=0) == share_bar(0, of=0)
