"""What a registry stores, as tables."""

from __future__ import annotations

from regnb.analysis.storage import Storage
from regnb.i18n import Translator
from regnb.tables.table import Table

CONTENTS = {
    "kind": "str",
    "digest": "str",
    "size_bytes": "int64",
    "used_by": "object",
}
REPOSITORIES = {
    "repository": "str",
    "tags": "int64",
    "unique_bytes": "int64",
    "shared_bytes": "int64",
}


def contents_table(translator: Translator, storage: Storage) -> Table:
    """Contents that a tag leads to, largest first, one row per content.

    Columns: kind (index, manifest, config or layer), digest, size_bytes (int), used_by (list of
    tags such as `w3:1.0`).
    """
    rows = [
        {
            "kind": content.content.kind,
            "digest": content.content.digest,
            "size_bytes": content.size,
            "used_by": [str(name) for name in content.names],
        }
        for content in storage.contents
    ]
    return Table.of(translator, rows, columns=CONTENTS)


def storage_table(translator: Translator, storage: Storage) -> Table:
    """Repositories, sorted, one row per repository.

    Columns: repository (str), tags (int), unique_bytes (int, of contents that no other repository
    has), shared_bytes (int, of those that others have too); each content counts once.
    """
    rows = [
        {
            "repository": row.repository,
            "tags": row.tags,
            "unique_bytes": row.unique,
            "shared_bytes": row.shared,
        }
        for row in storage.repositories()
    ]
    return Table.of(translator, rows, columns=REPOSITORIES)
