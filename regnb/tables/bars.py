"""A table whose sizes have bars."""

from __future__ import annotations

from regnb.tables.table import MAX_ROWS, Table

SIZE = "size_bytes"
# Of middle lightness, to be seen in light and in dark; the number above says the same in words.
_STYLE = "height: 5px; border-radius: 2px; background-color: #2b7bba"


class BarTable(Table):
    """Rows with a column `size_bytes`, each with a bar as long as its part of the largest."""

    def _repr_html_(self) -> str:
        html = super()._repr_html_()
        if SIZE not in self.columns or self.empty:
            return html
        column = list(self.columns).index(SIZE)
        largest = max(int(self[SIZE].max()), 1)
        before, *rows = html.split("<tr>")
        drawn = [
            _with_bar(row, column, round(100 * int(size) / largest))
            for row, size in zip(rows, self[SIZE].head(MAX_ROWS), strict=True)
        ]
        return "<tr>".join([before, *drawn])


def _with_bar(row: str, column: int, percent: int) -> str:
    cells = row.split("</td>")
    cells[column] += f'<div style="width: {percent}%; {_STYLE}"></div>'
    return "</td>".join(cells)
