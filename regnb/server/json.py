"""Answers in JSON as Distribution writes them: no spaces, and a newline at the end."""

from __future__ import annotations

import json
from collections.abc import Mapping

from werkzeug.wrappers import Response


def json_response(
    value: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Response whose body is `value`."""
    body = json.dumps(value, separators=(",", ":")) + "\n"
    kind = "application/json; charset=utf-8"
    return Response(body, status, dict(headers or {}), content_type=kind)
