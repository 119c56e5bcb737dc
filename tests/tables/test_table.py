from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from regnb.i18n import Translator
from regnb.tables.registry_tables import catalog_table
from regnb.tables.table import MAX_ROWS, BarTable, Table, shorten

DIGEST = "sha256:" + "0123456789abcdef" * 4
COLUMNS = {
    "tag": "str",
    "digest": "str",
    "size_bytes": "Int64",
    "created": "datetime64[us, UTC]",
    "platforms": "object",
}
BARS = {"name": "str", "size_bytes": "int64"}


@pytest.fixture
def row() -> dict[str, object]:
    created = datetime.now(UTC) - timedelta(weeks=2)
    return {
        "tag": "1.0",
        "digest": DIGEST,
        "size_bytes": 109_000_000,
        "created": created,
        "platforms": ["linux/amd64", "linux/arm64"],
    }


def test_display_is_for_the_reader_in_french(row: dict[str, object]) -> None:
    text = repr(Table.of(Translator("fr"), [row], columns=COLUMNS))
    for shown in ("étiquette", "109,0\u202fMo", "il y a 2 semaines", "linux/amd64, linux/arm64"):
        assert shown in text
    assert "0123456789ab" in text
    assert DIGEST not in text


def test_values_stay_data(row: dict[str, object]) -> None:
    table = Table.of(Translator("fr"), [row], columns=COLUMNS)
    assert table.loc[0, "digest"] == DIGEST
    assert table.size_bytes.sum() == 109_000_000
    assert list(table.columns) == list(COLUMNS)


def test_selection_is_still_shown_in_its_language(row: dict[str, object]) -> None:
    table = Table.of(Translator("fr"), [row], columns=COLUMNS)
    selected = table[table.size_bytes > 1][["tag", "size_bytes"]]
    assert "109,0\u202fMo" in repr(selected)
    assert "étiquette" in selected._repr_html_()


def test_html_escapes_what_an_image_says() -> None:
    table = Table.of(Translator("en"), [{"tag": "<script>"}], columns={"tag": "str"})
    assert "<script>" not in table._repr_html_()
    assert "&lt;script&gt;" in table._repr_html_()


def test_missing_values_are_blank(row: dict[str, object]) -> None:
    row |= {"size_bytes": None, "created": None}
    text = repr(Table.of(Translator("en"), [row], columns=COLUMNS))
    assert not {"NaT", "<NA>", "None", "nan"} & set(text.split())


def test_empty_table_says_so_and_keeps_its_dtypes() -> None:
    table = catalog_table(Translator("fr"), [])
    assert "(aucune ligne)" in repr(table)
    assert "(aucune ligne)" in table._repr_html_()
    assert len(Table.of(Translator("en"), [], columns=COLUMNS).dtypes) == len(COLUMNS)


def test_long_table_is_cut_and_says_how_much_is_hidden() -> None:
    table = catalog_table(Translator("en"), [f"r{number:04}" for number in range(MAX_ROWS + 2)])
    assert "… and 2 more rows" in repr(table)
    assert "r0061" not in table._repr_html_()


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ('/bin/sh -c #(nop)  CMD ["nginx"]', 'CMD ["nginx"]'),
        (f"nginx@{DIGEST}", "nginx@0123456789ab"),
        ("RUN a \\\n   && b", "RUN a \\ && b"),
        ("x" * 100, "x" * 71 + "…"),
    ],
)
def test_shorten(text: str, short: str) -> None:
    assert shorten(text) == short


def bars(*sizes: int) -> BarTable:
    rows = [{"name": "<td>", "size_bytes": size} for size in sizes]
    return BarTable.of(Translator("en"), rows, columns=BARS)


def test_bars_are_as_long_as_their_part_of_the_largest() -> None:
    html = bars(50, 200, 0)._repr_html_()
    assert re.findall(r"width: (\d+)%", html) == ["25", "100", "0"]
    assert re.search(r"200\u202fB<div style=\"width: 100%", html)


def test_many_rows_without_sizes_and_no_rows_are_shown() -> None:
    assert bars(*range(100))._repr_html_().count("width:") == 60
    assert "width:" not in bars()._repr_html_()
    assert "width:" not in bars(1)[["name"]]._repr_html_()


@pytest.mark.parametrize("dtype", ["int64", "Int64"])
def test_sum_beyond_an_integer_of_a_table_is_the_largest_there(dtype: str) -> None:
    """oras-go#1153: sizes that a manifest may state, added up."""
    rows = [{"size_bytes": 2**64}, {"size_bytes": 1}]
    table = Table.of(Translator("en"), rows, columns={"size_bytes": dtype})
    assert list(table.size_bytes) == [2**63 - 1, 1]
