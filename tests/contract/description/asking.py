"""Asking an engine one thing over its socket, with an end to streams that have none."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from schemathesis import Case, Response

from tests.contract.description.description import VERSION, shape

_PATIENCE = 60.0
# How long each stream without an end is read, in seconds; what comes late is not judged.
_ENDLESS = {
    "/events": 0.5,
    "/containers/{}/attach": 0.2,
    "/containers/{}/logs": 0.2,
    "/containers/{}/stats": 3.0,
    "/containers/{}/wait": 0.5,
}
_SILENCE = 0.1
# Bodies of JSON values one after the other; the description describes one of them.
_STREAMS = {*_ENDLESS, "/images/create", "/images/{}/push", "/images/load"}


class Connection(http.client.HTTPConnection):
    """A connection over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("docker", timeout=_PATIENCE)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


@dataclass(frozen=True)
class Answer:
    """A response, and whether all of what is judged has come."""

    response: Response
    whole: bool

    @property
    def is_json(self) -> bool:
        """Whether it says that it is JSON."""
        return self.response.headers.get("content-type", [""])[0].startswith("application/json")


def request_of(case: Case[Any]) -> requests.PreparedRequest | None:
    """What is sent for `case`; None when HTTP cannot say it."""
    arguments = case.as_transport_kwargs(base_url=f"http://docker/v{VERSION}")
    arguments["headers"].pop("Accept-Encoding", None)
    try:
        prepared = requests.Request(**arguments).prepare()
        "".join(map(str, prepared.headers.values())).encode("latin-1")
    except (ValueError, requests.RequestException):
        return None
    # Clients write the names of images as they are.
    prepared.url = (prepared.url or "").replace("%2F", "/").replace("%3A", ":")
    return prepared


def ask(path: Path, case: Case[Any], request: requests.PreparedRequest) -> Answer:
    """What the engine at the socket `path` answers."""
    where = shape(case.operation.path)
    with contextlib.closing(Connection(path)) as connection:
        headers = {str(key): str(value) for key, value in request.headers.items()}
        # A server may answer and leave before it has read the body.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.request(request.method or "", request.path_url, request.body, headers)
        sock = connection.sock
        # It keeps the socket of a stream that is left before its end.
        with connection.getresponse() as got:
            content, whole = _read(sock, got, _ENDLESS.get(where))
    if where in _STREAMS:
        content, whole = _first_value(content, whole)
    fields: dict[str, list[str]] = {}
    for key, value in got.getheaders():
        fields.setdefault(key.lower(), []).append(value)
    return Answer(Response(got.status, fields, content, request, 0.0, verify=False), whole)


def _read(
    sock: socket.socket, got: http.client.HTTPResponse, limit: float | None
) -> tuple[bytes, bool]:
    """The body and whether it has ended; a stream that is silent after some words is left."""
    if limit is None:
        return got.read(), True
    content = bytearray()
    end = time.monotonic() + limit
    with contextlib.suppress(TimeoutError):
        while (left := end - time.monotonic()) > 0:
            sock.settimeout(left)
            block = got.read1()
            content += block
            # Since Python 3.13 it is closed with its last byte.
            if not block or got.isclosed():
                return bytes(content), True
            if block.strip():
                end = min(end, time.monotonic() + _SILENCE)
    return bytes(content), False


def _first_value(content: bytes, whole: bool) -> tuple[bytes, bool]:
    """The first JSON value of a stream, and whether there is one."""
    text = content.decode("utf-8", "replace").strip()
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except ValueError:
        return content, whole and bool(text)
    return text[:end].encode(), True
