from __future__ import annotations

import re

from regnb.i18n import Translator
from regnb.tables.bars import BarTable

COLUMNS = {"name": "str", "size_bytes": "int64"}


def table(*sizes: int) -> BarTable:
    rows = [{"name": "<td>", "size_bytes": size} for size in sizes]
    return BarTable.of(Translator("en"), rows, columns=COLUMNS)


def test_bars_are_as_long_as_their_part_of_the_largest() -> None:
    html = table(50, 200, 0)._repr_html_()
    assert re.findall(r"width: (\d+)%", html) == ["25", "100", "0"]
    assert re.search(r"200\u202fB<div style=\"width: 100%", html)


def test_many_rows_without_sizes_and_no_rows_are_shown() -> None:
    assert table(*range(100))._repr_html_().count("width:") == 60
    assert "width:" not in table()._repr_html_()
    assert "width:" not in table(1)[["name"]]._repr_html_()
