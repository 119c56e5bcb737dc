from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest

from regnb.lab.registry import ports
from regnb.lab.registry.ports import choose_port, is_free, who_has
from tests.servers import answering

VERSION = {"Docker-Distribution-Api-Version": "registry/2.0"}


@pytest.fixture
def silent_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.mark.parametrize(
    ("status", "headers", "system", "who"),
    [
        (200, VERSION, "linux", "registry"),
        (401, VERSION, "linux", "registry"),
        (403, {"Server": "AirTunes/770.8.1"}, "darwin", "airplay"),
        (403, {}, "linux", "program"),
        (200, {}, "darwin", "program"),
        (404, {}, "linux", "program"),
    ],
)
def test_who_has_the_port(status: int, headers: dict[str, str], system: str, who: str) -> None:
    with answering(status, headers) as port:
        assert who_has(port, system) == who
        assert not is_free(port)


def test_program_that_speaks_no_http(silent_port: int) -> None:
    assert who_has(silent_port) == "program"
    assert not is_free(silent_port)


def test_taken_port_gives_the_next_free_one(
    silent_port: int, monkeypatch: pytest.MonkeyPatch, free_port: Callable[[], int]
) -> None:
    free = free_port()
    monkeypatch.setattr(ports, "PREFERRED", silent_port)
    monkeypatch.setattr(ports, "CANDIDATES", (silent_port, free))
    choice = choose_port()
    assert (choice.port, choice.taken_by) == (free, "program")


@pytest.fixture
def free_port() -> Callable[[], int]:
    def find() -> int:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port: int = listener.getsockname()[1]
        return port

    return find
