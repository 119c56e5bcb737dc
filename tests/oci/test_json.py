from __future__ import annotations

from collections.abc import Callable

import pytest

from regnb.errors import InvalidManifest
from regnb.oci.json import as_list, as_object, as_text, as_texts, json_object


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"1", b"{", b'{"a": "\xff"}', b'{"a": ' + b"9" * 5000 + b"}", b"[" * 100_000],
    ids=["nothing", "list", "number", "cut", "no UTF-8", "huge number", "deep"],
)
def test_what_is_no_object_is_told(content: bytes) -> None:
    with pytest.raises(InvalidManifest):
        json_object(content)


def test_object_is_read_from_bytes_and_text() -> None:
    assert json_object(b'{"a": 1}') == json_object('{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(
    ("read", "empty"),
    [(as_list, []), (as_text, ""), (as_texts, {})],
    ids=["list", "text", "texts"],
)
def test_null_is_empty(read: Callable[[object, str], object], empty: object) -> None:
    assert read(None, "it") == empty


@pytest.mark.parametrize(
    ("read", "value"),
    [(as_list, {}), (as_text, 1), (as_texts, []), (as_texts, {"a": 1}), (as_object, None)],
)
def test_another_kind_is_told_by_its_name(
    read: Callable[[object, str], object], value: object
) -> None:
    with pytest.raises(InvalidManifest, match="the thing"):
        read(value, "the thing")
