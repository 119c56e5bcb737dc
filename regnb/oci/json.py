"""Reading JSON that somebody else wrote."""

from __future__ import annotations

import json
from typing import TypeAlias

from regnb.errors import InvalidManifest

Json: TypeAlias = dict[str, object]


def json_object(content: bytes | str) -> Json:
    """The JSON object in `content`; raises InvalidManifest for anything else.

    What is no UTF-8 or begins with a byte order mark, numbers that JSON lacks (`NaN`), integers
    beyond Python's limit of digits and nesting beyond its stack are all invalid manifests, not
    failures of the program.
    """
    try:
        text = content if isinstance(content, str) else content.decode()
        value = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise InvalidManifest("it is not JSON") from error
    return as_object(value, "it")


def _refuse(name: str) -> object:
    raise ValueError(name)


def as_object(value: object, name: str) -> Json:
    """`value` as a JSON object; raises InvalidManifest that names it `name`."""
    if not isinstance(value, dict):
        raise InvalidManifest(f"{name} is not a JSON object")
    return value


def as_list(value: object, name: str) -> list[object]:
    """`value` as a list, where null and absent are empty; raises InvalidManifest."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidManifest(f"{name} is not a list")
    return value


def as_text(value: object, name: str) -> str:
    """`value` as text, where null and absent are empty; raises InvalidManifest."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidManifest(f"{name} is not a string")
    return value


def as_texts(value: object, name: str) -> dict[str, str]:
    """`value` as an object of strings, where null and absent are empty."""
    if value is None:
        return {}
    return {key: as_text(item, name) for key, item in as_object(value, name).items()}
