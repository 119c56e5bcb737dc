"""Calls of the API in tests, and what its answers say."""

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


PUBLISHED = {"PortBindings": {"5000/tcp": [{"HostIp": "", "HostPort": "0"}]}}


def create(api: Client, name: str = "registry", **fields: Any) -> str:
    body = {"Image": "registry:2", "HostConfig": PUBLISHED} | fields
    response = api.post(f"/v1.51/containers/create?name={name}", json=body)
    assert response.status_code == 201, response.text
    assert response.json is not None
    return str(response.json["Id"])


def inspect(api: Client, name: str = "registry") -> dict[str, Any]:
    found = api.get(f"/containers/{name}/json").json
    assert isinstance(found, dict)
    return found


def address_of(api: Client, name: str = "registry") -> str:
    place = inspect(api, name)["NetworkSettings"]["Ports"]["5000/tcp"][0]
    return f"{place['HostIp']}:{place['HostPort']}"
