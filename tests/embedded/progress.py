"""Reading the API's streams in tests."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.test import Client


def lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines() if line.strip()]


def statuses(content: bytes) -> list[str]:
    return [line["status"] for line in lines(content) if "status" in line]


def error_in(content: bytes) -> str:
    return str(lines(content)[-1].get("error", ""))


def pull(api: Client, name: str, tag: str = "latest", **query: str) -> bytes:
    text = "".join(f"&{key}={value}" for key, value in query.items())
    response = api.post(f"/v1.51/images/create?fromImage={name}&tag={tag}{text}")
    assert response.status_code == 200, response.text
    return bytes(response.data)
