from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

import pytest

from regnb.engine import Engine
from regnb.engine.local_images import LocalImage, digests_in, images_in, inspected_image
from regnb.errors import EngineError, ImageNotFound
from regnb.oci import ImageReference
from tests.engine.fake_api import Answer, FakeApi, message

Open: TypeAlias = Callable[[FakeApi], Engine]
DIGEST = f"sha256:{'ab' * 32}"
ENTRY = {
    "Id": DIGEST,
    "RepoTags": ["w3:2", "localhost:5000/w3:1", "<none>:<none>"],
    "RepoDigests": [f"localhost:5000/w3@{DIGEST}", "<none>@<none>"],
    "Created": 0,
    "Size": 7,
}


def test_image_of_several_names_is_listed_under_each() -> None:
    first, second = images_in([ENTRY])
    assert (first.name, first.tag, first.size) == ("localhost:5000/w3", "1", 7)
    assert first.repo_digests == (f"localhost:5000/w3@{DIGEST}",)
    assert (second.name, second.tag, second.repo_digests) == ("w3", "2", ())
    assert digests_in([first, second]) == {DIGEST}


def test_image_without_a_name_is_left_out() -> None:
    assert images_in([ENTRY | {"RepoTags": None, "RepoDigests": None}]) == []


def test_image_reads_the_same_from_both_answers() -> None:
    inspected = ENTRY | {"Created": "1970-01-01T00:00:00.25Z"}
    found = inspected_image(inspected, ImageReference.parse("w3:2"))
    created = datetime(1970, 1, 1, tzinfo=UTC)
    assert found == images_in([ENTRY])[1] == LocalImage("w3", "2", DIGEST, (), created, 7)


def test_names_of_loaded_images_are_told_once(open_engine: Open) -> None:
    told = [{"stream": "Loaded image: b:1\n"}, {"stream": "Loaded image: a:1\n"}] * 2
    engine = open_engine(FakeApi({"POST /images/load": Answer(lines=told)}))
    assert engine.load(io.BytesIO(b"tar")) == ["a:1", "b:1"]


def test_tar_that_is_none_is_refused(open_engine: Open) -> None:
    engine = open_engine(FakeApi({"POST /images/load": Answer(lines=[{"error": "no tar"}])}))
    with pytest.raises(EngineError, match="no tar"):
        engine.load(io.BytesIO(b"nonsense"))


def test_image_that_is_not_there_cannot_be_saved(open_engine: Open) -> None:
    missing = Answer(message("No such image: w3:1"), 404)
    engine = open_engine(FakeApi({"GET /images/w3:1/json": missing}))
    with pytest.raises(ImageNotFound):
        next(engine.save(ImageReference.parse("w3:1")))
