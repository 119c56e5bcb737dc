from __future__ import annotations

import pytest

from regnb.lab.images.engine import _text
from regnb.oci import Digest

DIGEST = Digest.of(b"")


@pytest.mark.parametrize(
    ("digests", "text"),
    [([DIGEST], f"`{DIGEST}`"), ([f"nginx@{DIGEST}"], f"`{DIGEST}`"), ([], "?")],
)
def test_digest_is_told_however_the_engine_knows_it(digests: list[str], text: str) -> None:
    assert _text(digests) == text
