"""What a registry stores, and what a deletion, a garbage collection or a copy does to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from regnb.analysis.differences import DIFFERENCES, Kind
from regnb.analysis.stored_files import Stop, StoredFile
from regnb.analysis.usage import Deletion, Usage
from regnb.i18n import Translator
from regnb.registry.copying import Copied
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
DELETION = {
    "content": "str",
    "name": "str",
    "size_bytes": "Int64",
    "fate": "str",
    "used_by": "object",
}
GARBAGE = {"digest": "str", "size_bytes": "int64"}
STORE = {
    "path": "str",
    "kind": "str",
    "repository": "str",
    "tag": "str",
    "digest": "str",
    "size_bytes": "int64",
    "same_as": "str",
}
COPIES = {
    "image": "str",
    "digest": "str",
    "manifests": "int64",
    "blobs_sent": "int64",
    "blobs_mounted": "int64",
    "blobs_present": "int64",
    "sent_bytes": "int64",
}
TRAIL = {"kind": "str", "path": "str", "leads_to": "str", "whole": "object"}
DIFFERENCE = {
    "behaviour": "str",
    "distribution_2": "str",
    "distribution_3": "str",
    "regnb": "str",
    "agrees": "bool",
}


def contents_table(translator: Translator, storage: Usage) -> Table:
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


def storage_table(translator: Translator, storage: Usage) -> Table:
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


def deletion_table(translator: Translator, deletion: Deletion) -> Table:
    """What a deletion touches, one row each.

    Columns: content (`tag`, `manifest`, `index`, `config`, `layer`), name (str: a tag or a digest),
    size_bytes (int; missing for a tag), fate (`goes`, `waits` for a garbage collection, `stays`,
    `breaks`), used_by (list of the images that need it, such as `w3:2.0`).
    """
    rows = [
        {
            "content": part.content,
            "name": part.name,
            "size_bytes": part.size,
            "fate": part.fate,
            "used_by": list(part.used_by),
        }
        for part in deletion.parts
    ]
    return Table.of(translator, rows, columns=DELETION)


def garbage_table(translator: Translator, files: Iterable[StoredFile]) -> Table:
    """Blobs that nothing uses; columns digest (str) and size_bytes (int)."""
    rows = [{"digest": str(file.digest), "size_bytes": file.size} for file in files]
    return Table.of(translator, rows, columns=GARBAGE)


def store_table(translator: Translator, files: Iterable[StoredFile]) -> Table:
    """Files of a registry's store, one row each.

    Columns: path (str, from the root of the store), kind (`blob`, `tag`, `manifest`, `layer`,
    `index`, `upload`, `other`), repository and tag (str, empty where there is none), digest (str,
    of the content of a blob, named by the others), size_bytes (int), same_as (str, the path of the
    file that it is another name of).
    """
    rows = [
        {
            "path": file.path,
            "kind": file.kind,
            "repository": file.repository,
            "tag": file.tag,
            "digest": str(file.digest or ""),
            "size_bytes": file.size,
            "same_as": file.same_as,
        }
        for file in files
    ]
    return Table.of(translator, rows, columns=STORE)


def copies_table(translator: Translator, copies: Mapping[str, Copied]) -> Table:
    """Copies of images, sorted by name, one row each.

    Columns: image and digest (str), manifests (int: those copied, with platforms), blobs_sent,
    blobs_mounted and blobs_present (int: how they came), sent_bytes (int).
    """
    rows = [
        {
            "image": name,
            "digest": str(copied.digest),
            "manifests": copied.manifests,
            "blobs_sent": copied.count("sent"),
            "blobs_mounted": copied.count("mounted"),
            "blobs_present": copied.count("present"),
            "sent_bytes": copied.sent,
        }
        for name, copied in sorted(copies.items())
    ]
    return Table.of(translator, rows, columns=COPIES)


def differences_table(translator: Translator, kind: Kind, observed: Mapping[str, str]) -> Table:
    """What registries do about deletion and collection, one row per behaviour.

    Columns: behaviour (str), distribution_2, distribution_3 and regnb (str: what each does), agrees
    (bool: whether the registry at hand, of this `kind`, did as its column says when it was tried).
    """
    rows = [
        {
            "behaviour": row.behaviour,
            "distribution_2": row.distribution_2,
            "distribution_3": row.distribution_3,
            "regnb": row.regnb,
            "agrees": observed.get(row.behaviour) == row.of(kind),
        }
        for row in DIFFERENCES
    ]
    return Table.of(translator, rows, columns=DIFFERENCE)


def trail_table(translator: Translator, stops: Iterable[Stop]) -> Table:
    """Files on the way from a tag to a layer, one row each.

    Columns: kind and path as in `store_table`, leads_to (str: the digest that the file names, or
    has), whole (bool: whether a blob has the digest of its name; None for other files).
    """
    rows = [
        {
            "kind": stop.kind,
            "path": stop.path,
            "leads_to": str(stop.leads_to),
            "whole": stop.is_whole,
        }
        for stop in stops
    ]
    return Table.of(translator, rows, columns=TRAIL)
