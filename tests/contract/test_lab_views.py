"""The pictures that the lab shows, on every engine that is at hand."""

from __future__ import annotations

from regnb.lab import Lab
from tests.contract.labs import Printed, pushed


def test_storage_counts_what_two_names_share_once(lab: Lab) -> None:
    reference = pushed(lab)
    once = lab.storage()
    lab.tag(reference, f"{lab.address}/copy:1.0")
    lab.push(f"{lab.address}/copy:1.0")
    twice = lab.storage()
    assert list(twice.repositories.repository) == ["copy", "w3"]
    assert twice.storage.stored == once.storage.stored
    assert twice.storage.saved == once.storage.stored
    assert twice.repositories.unique_bytes.sum() == 0
    assert f"{lab.address}" not in twice.html()


def test_files_are_those_of_each_layer(lab: Lab, printed: Printed) -> None:
    pushed(lab)
    files = lab.files("w3:1.0")
    assert len(files.files.layers) == len(lab.layers("w3:1.0"))
    table = files.table
    assert "usr/share/nginx/html/index.html" in set(table.path)
    assert (
        table[table.change != "deleted"].size_bytes.sum()
        == files.files.visible + files.files.hidden
    )
    assert "/blobs/sha256:" in printed()


def test_anatomy_and_comparison_of_what_was_pushed(lab: Lab) -> None:
    reference = pushed(lab)
    root = lab.anatomy("w3:1.0").root
    assert root.digest == lab.tags("w3").digest[0]
    lab.tag(reference, f"{lab.address}/copy:1.0")
    lab.push(f"{lab.address}/copy:1.0")
    assert lab.compare("w3:1.0", "copy:1.0").comparison.is_same
