from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from regnb.errors import WrongArgument, WrongCall
from regnb.errors.calls import check_call


def function(  # noqa: PLR0913 - one of each kind
    text: str | None = None,
    *others: str,
    path: str | Path = "",
    number: int = 0,
    seconds: float = 0.0,
    switch: bool = False,
    choice: Literal["a", "b"] | None = None,
    table: Mapping[str, str] | None = None,
) -> None:
    """Takes one of each kind."""


class Image:
    """What an engine gives, and no step takes."""


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((), {}),
        ((None,), {"path": Path(), "number": np.int64(3), "seconds": 3, "switch": True}),
        (("a", "b", "c"), {"seconds": 1.5, "choice": "b", "table": {"a": "b"}}),
    ],
)
def test_what_a_function_takes_is_no_error(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    check_call(function, args, kwargs)


@pytest.mark.parametrize(
    ("args", "kwargs", "name", "given", "reason"),
    [
        ((3,), {}, "text", "3", "text"),
        ((Image(),), {}, "text", "Image", "text"),
        ((["a"],), {}, "text", "list", "text"),
        (("a", None), {}, "others", "None", "text"),
        ((), {"path": None}, "path", "None", "text"),
        ((), {"number": "5000"}, "number", "'5000'", "number"),
        ((), {"number": True}, "number", "True", "number"),
        ((), {"switch": "yes"}, "switch", "'yes'", "switch"),
        ((), {"choice": "c"}, "choice", "'c'", "other"),
        ((), {"table": "a"}, "table", "'a'", "other"),
        ((b"x" * 99,), {}, "text", "bytes", "text"),
    ],
)
def test_argument_of_another_kind_is_named(
    args: tuple[Any, ...], kwargs: dict[str, Any], name: str, given: str, reason: str
) -> None:
    with pytest.raises(WrongArgument) as caught:
        check_call(function, args, kwargs)
    assert (caught.value.name, caught.value.given, caught.value.reason) == (name, given, reason)


@pytest.mark.parametrize(("args", "kwargs"), [((), {}), (("a", "b", "c"), {}), (("a",), {"x": 1})])
def test_call_that_cannot_be_is_told_as_it_would_be(
    args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    def tag(source: str, target: str) -> None:
        """Takes two."""

    with pytest.raises(WrongCall, match=r"`tag\(source, target\)`"):
        check_call(tag, args, kwargs)
