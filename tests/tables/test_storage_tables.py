from __future__ import annotations

from regnb.analysis.differences import DIFFERENCES
from regnb.analysis.stored_files import Stop, StoredFile
from regnb.analysis.usage import Deletion, Part
from regnb.i18n import Translator
from regnb.oci import Digest
from regnb.registry.copying import Copied
from regnb.tables.storage_tables import (
    copies_table,
    deletion_table,
    differences_table,
    garbage_table,
    store_table,
    trail_table,
)

ENGLISH = Translator("en")
DIGEST = Digest.of(b"a layer")


def test_deletion_says_what_goes_and_what_stays() -> None:
    parts = (Part("tag", "w3:1.0", "goes"), Part("layer", DIGEST, "stays", 7, ("w3:2.0",)))
    table = deletion_table(ENGLISH, Deletion("w3", DIGEST, ("1.0",), parts))
    assert list(table.fate) == ["goes", "stays"]
    assert table.isna().loc[0, "size_bytes"]
    assert table.loc[1, "size_bytes"] == 7
    assert list(table.used_by) == [[], ["w3:2.0"]]


def test_stored_files_and_garbage_have_their_digests_and_sizes() -> None:
    blob = StoredFile("blobs/a", "blob", 7, DIGEST)
    link = StoredFile("w3/tags/1.0", "tag", 71, None, "w3", "1.0", same_as="w3/tags/2.0")
    table = store_table(ENGLISH, [blob, link])
    assert list(table.digest) == [DIGEST, ""]
    assert list(table.same_as) == ["", "w3/tags/2.0"]
    assert garbage_table(ENGLISH, [blob]).to_dict("records") == [
        {"digest": DIGEST, "size_bytes": 7}
    ]


def test_trail_says_which_blobs_are_whole() -> None:
    stops = [Stop("tag", "w3/tags/1.0", DIGEST), Stop("blob", "blobs/a", DIGEST, is_whole=False)]
    table = trail_table(ENGLISH, stops)
    assert list(table.whole) == [None, False]
    assert list(table.leads_to) == [DIGEST, DIGEST]


def test_copies_are_sorted_by_the_name_of_the_image() -> None:
    copies = {"w3:1.0": Copied(DIGEST, manifests=1), "app:1.0": Copied(DIGEST, manifests=2)}
    table = copies_table(ENGLISH, copies)
    assert list(table.image) == ["app:1.0", "w3:1.0"]
    assert list(table.manifests) == [2, 1]
    assert table.sent_bytes.sum() == 0


def test_registry_agrees_where_it_does_what_its_column_says() -> None:
    first = DIFFERENCES[0]
    table = differences_table(ENGLISH, "regnb", {first.behaviour: first.regnb})
    assert list(table.agrees) == [True] + [False] * (len(DIFFERENCES) - 1)
