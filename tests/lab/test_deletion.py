from __future__ import annotations

import pytest

from regnb.analysis.stored_files import StoredFile
from regnb.errors import DeletionOff, NotFound, TagDeletionUnsupported, Unsupported
from regnb.lab import Lab
from regnb.lab.deletion import collected, delete_tag, kind_of
from regnb.oci import Digest
from tests.analysis.registries import Image, open_registry, push

SMALL, LARGE, USED, OTHER = (Digest.of(text) for text in (b"s", b"l", b"u", b"o"))


@pytest.mark.parametrize(
    ("version", "kind"),
    [
        ("registry github.com/docker/distribution v2.6.2", "distribution_2"),
        ("registry github.com/distribution/distribution/v3 distribution 3.0.0", "distribution_3"),
        ("registry: distribution v10.1", "distribution_3"),
        ("regnb 0.1.0", "regnb"),
    ],
)
def test_kind_of_a_registry_is_in_its_version(version: str, kind: str) -> None:
    assert kind_of(version) == kind


def test_collected_are_the_blobs_that_the_collector_names_largest_first() -> None:
    files = [
        StoredFile("a", "blob", 1, SMALL),
        StoredFile("b", "blob", 3, LARGE),
        StoredFile("c", "blob", 5, USED),
        StoredFile("d", "layer", 9, OTHER),
    ]
    names = (SMALL, LARGE, SMALL, OTHER, Digest.of(b"unknown"))
    output = "w3\n" + "".join(f"blob eligible for deletion: {name}\n" for name in names)
    assert [file.digest for file in collected(files, output)] == [LARGE, SMALL]


@pytest.mark.parametrize(("status", "kind"), [(405, DeletionOff), (400, TagDeletionUnsupported)])
def test_refused_deletion_of_a_tag_is_told_by_its_status(
    status: int, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = open_registry()

    def refuse(*_: object) -> None:
        raise Unsupported("No.", status=status)

    monkeypatch.setattr(client, "delete_tag", refuse)
    with pytest.raises(kind):
        delete_tag(client, "w3", "1.0")


def test_deletion_is_planned_and_done_when_confirmed(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    lab.run_registry(delete=True)
    push(lab.client, "w3", "1.0", Image([{"base": b"0"}]))
    lab.delete("w3:1.0")
    assert lab.client.list_tags("w3") == ["1.0"]
    lab.delete("w3:1.0", confirm=True)
    shown = capsys.readouterr().out
    assert shown.count("--request DELETE") == 2
    assert "`w3:1.0`" in shown
    with pytest.raises(NotFound):
        lab.client.get_manifest("w3", "1.0")


def test_registry_runs_again_after_a_collection(lab: Lab) -> None:
    lab.run_registry(delete=True)
    address = lab.address
    push(lab.client, "w3", "1.0", Image([{"base": b"0"}]))
    lab.delete("w3:1.0", confirm=True)
    before = set(lab.store_files().query("kind == 'blob'").digest)
    freed = lab.collect_garbage()
    assert before
    assert set(freed.digest) <= before
    assert lab.address == address
