"""The files of an image, as a table."""

from __future__ import annotations

from regnb.analysis.files import ImageFiles
from regnb.i18n import Translator
from regnb.tables.table import Table

FILES = {
    "layer": "int64",
    "path": "str",
    "change": "str",
    "kind": "str",
    "size_bytes": "int64",
    "hidden_bytes": "int64",
    "mode": "str",
    "link_target": "str",
}


def files_table(translator: Translator, files: ImageFiles) -> Table:
    """Entries of all layers, oldest layer first, sorted by path, one row per entry.

    Columns: layer (int, from 1), path (str), change (added, changed, deleted, or kept for a
    directory that was there), kind (file, directory, symlink, hard_link…), size_bytes (int,
    unpacked), hidden_bytes (int, of lower layers, that it hides), mode (str, such as `0644`),
    link_target (str).
    """
    rows = [
        {
            "layer": number,
            "path": change.path,
            "change": change.state,
            "kind": change.kind,
            "size_bytes": change.size,
            "hidden_bytes": change.hidden,
            "mode": f"{change.mode:04o}",
            "link_target": change.link_target,
        }
        for number, layer in enumerate(files.layers, start=1)
        for change in layer.changes
    ]
    return Table.of(translator, rows, columns=FILES)
