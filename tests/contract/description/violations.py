"""Where an answer is not as the description has it, in words that are the same for each request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from jsonschema_rs import ValidationErrorKind
from schemathesis import Case
from schemathesis.checks import (
    CheckFunction,
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    status_code_conformance,
)
from schemathesis.core.failures import Failure, FailureGroup

from tests.contract.description.asking import Answer

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

_CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
]
_TYPES = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
_WITHOUT_NAME = {"properties", "$ref", "allOf", "0", "1"}
_STEPS = {"items": "[]", "additionalProperties": "*"}


def violations(case: Case[Any], answer: Answer) -> set[str]:
    """All that is wrong with `answer`, as `200 [].Labels is null`."""
    found = set()
    try:
        case.validate_response(answer.response, checks=_CHECKS)
    except FailureGroup as group:
        found = {_of_headers(failure) for failure in group.exceptions}
    if case.operation.method.upper() != "HEAD" and answer.whole:
        found |= set(_of_body(case, answer))
    return {f"{answer.response.status_code} {text}" for text in found}


def _of_headers(failure: Failure) -> str:
    detail = getattr(failure, "content_type", "") or getattr(failure, "missing_headers", "")
    return f"{failure.title}: {detail}".rstrip(": ")


def _of_body(case: Case[Any], answer: Answer) -> Iterator[str]:
    """Each violation of the schema: the library's own check tells the first one alone."""
    defined = case.operation.responses.find_by_status_code(answer.response.status_code)
    schema = defined.get_schema(None).schema if defined else None
    if not defined or schema is None:
        return
    validator = defined.get_validator(None, schema)
    if not answer.is_json:
        return
    try:
        value = json.loads(answer.response.content)
    except ValueError:
        yield "body is not JSON"
        return
    if validator:
        yield from map(_of_error, validator.iter_errors(value))


def _of_error(error: ValidationError) -> str:
    *path, _keyword = map(str, error.evaluation_path)
    steps = [_STEPS.get(step, step) for step in path if step not in _WITHOUT_NAME]
    where = ".".join(steps) or "body"
    match error.kind:
        case ValidationErrorKind.Type():
            return f"{where} is {_TYPES.get(type(error.instance), 'number')}"
        case ValidationErrorKind.Required(property=name):
            return f"{where} has no {name}"
        case kind:
            return f"{where} fails {kind.name}"
