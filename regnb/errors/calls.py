"""Whether a function takes what a learner gives it, told before it stumbles over it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from numbers import Integral, Real
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from regnb.errors.lab_errors import WrongArgument, WrongCall

_LONGEST = 40
# A whole number of NumPy's, as tables have them, is one too.
_KEYS: dict[object, str] = {str: "text", int: "number", bool: "switch"}
_ALSO: dict[object, type] = {int: Integral, float: Real}


def check_call(
    function: Callable[..., object], args: Iterable[object], kwargs: Mapping[str, object]
) -> None:
    """Raise WrongCall or WrongArgument when `function` does not take these; a method, with self."""
    signature, hints = _signature(function)
    try:
        given = signature.bind(*args, **kwargs).arguments
    except TypeError as error:
        raise WrongCall(_written(function, signature)) from error
    for name, value in given.items():
        several = signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
        for one in value if several else [value]:
            if name in hints and not _fits(one, hints[name]):
                raise WrongArgument(function.__name__, name, _shown(one), _kind(hints[name]))


@cache
def _signature(function: Callable[..., object]) -> tuple[inspect.Signature, dict[str, Any]]:
    return inspect.signature(function), get_type_hints(function)


def _fits(value: object, hint: object) -> bool:
    origin = get_origin(hint)
    if origin in {Union, UnionType}:
        return any(_fits(value, one) for one in get_args(hint))
    if origin is Literal:
        return value in get_args(hint)
    kind = origin or hint
    if not isinstance(kind, type):
        return True
    if kind in _ALSO:
        return isinstance(value, _ALSO[kind]) and not isinstance(value, bool)
    return isinstance(value, kind)


def _kind(hint: object) -> str:
    """The key for what a parameter takes first of all."""
    several = get_origin(hint) in {Union, UnionType}
    first = next(one for one in get_args(hint) if one is not NoneType) if several else hint
    return _KEYS.get(first, "other")


def _shown(value: object) -> str:
    is_plain = value is None or isinstance(value, str | int | float)
    text = repr(value) if is_plain else type(value).__name__
    return text if len(text) <= _LONGEST else type(value).__name__


def _written(function: Callable[..., object], signature: inspect.Signature) -> str:
    """The function as it is called, such as `tag(source, target)`."""
    empty = inspect.Parameter.empty
    parameters = [
        one.replace(annotation=empty) for one in signature.parameters.values() if one.name != "self"
    ]
    return f"{function.__name__}{inspect.Signature(parameters)}"
