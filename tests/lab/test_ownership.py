from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from regnb.lab.ownership import Folder, Record, lab_id, record_of


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return record_of("mine", {"REGNB_HOME": str(tmp_path)})


def test_names_are_kept_once_and_in_order(record: Record) -> None:
    for name in ("nginx:latest", "localhost:5000/w3:1.0", "nginx:latest"):
        record.add(name)
    assert Record(record.path).images == ["nginx:latest", "localhost:5000/w3:1.0"]


def test_nothing_is_left_when_the_last_name_goes(record: Record, tmp_path: Path) -> None:
    record.add("nginx:latest")
    record.discard("nginx:latest")
    record.discard("nginx:latest")
    assert record.images == []
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", ["", "{", "[]", '{"images": 1}', '{"images": [1, null]}'])
def test_damaged_file_is_an_empty_record(record: Record, content: str) -> None:
    record.path.parent.mkdir()
    record.path.write_text(content)
    assert record.images == []
    record.add("nginx:latest")
    assert record.images == ["nginx:latest"]


def test_lab_is_the_same_for_one_learner_and_another_by_choice() -> None:
    assert lab_id({}) == lab_id({})
    assert len(lab_id({})) == 8
    assert lab_id({"REGNB_LAB": "paul"}) == "paul"


def test_file_that_several_write_at_once_is_whole(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "lab")
    contents = [bytes([number]) * 50_000 for number in range(8)]
    with ThreadPoolExecutor(len(contents)) as pool:
        written = list(
            pool.map(lambda content: folder.write("token/issuer.crt", content), contents * 25)
        )
    assert set(written) == {tmp_path / "lab/token/issuer.crt"}
    assert folder.read("token/issuer.crt") in contents
    assert written[0].stat().st_mode & 0o777 == 0o600
    assert list(written[0].parent.iterdir()) == [written[0]]
