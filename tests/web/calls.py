"""Calls of a registry over one connection."""

from __future__ import annotations

import http.client
import time


class Caller:
    """One connection that is kept."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def __call__(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> http.client.HTTPResponse:
        self.connection.request(method, path, body, headers)  # type: ignore[arg-type]
        answer = self.connection.getresponse()
        answer.content = answer.read()  # type: ignore[attr-defined]
        return answer


def place_of(answer: http.client.HTTPResponse) -> str:
    return answer.headers["Location"]


def content_of(answer: http.client.HTTPResponse) -> bytes:
    return answer.content  # type: ignore[attr-defined,no-any-return]


def wait_for_offset(call: Caller, place: str, expected: str) -> str:
    for _ in range(200):
        found = call("GET", place).headers["Range"]
        if found == expected:
            break
        time.sleep(0.02)
    return found
