from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator

import pytest

from regnb.web.http_server import Server
from regnb.web.signals import Signals, signals, start, stop


@pytest.fixture
def told() -> Iterator[Signals]:
    known = {number: signal.getsignal(number) for number in (1, 2, 15)}
    with signals(signal.SIGHUP) as found:
        yield found
    for number, handler in known.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_says_to_end(told: Signals, number: int) -> None:
    os.kill(os.getpid(), number)
    assert told.wait()


def test_other_signal_wakes_and_does_not_end(told: Signals) -> None:
    os.kill(os.getpid(), signal.SIGHUP)
    assert not told.wait()


def test_silence_does_not_end(told: Signals) -> None:
    assert not told.wait(0.01)


def test_ending_is_seen_among_others(told: Signals) -> None:
    os.kill(os.getpid(), signal.SIGHUP)
    os.kill(os.getpid(), signal.SIGTERM)
    assert told.wait()


def test_servers_stop_in_time_whatever_their_clients_do() -> None:
    def app(_environ: object, start_response: object) -> Iterator[bytes]:
        start_response("200 OK", [])  # type: ignore[operator]
        yield b"first"
        time.sleep(10)

    server = Server(("127.0.0.1", 0), app)
    server.prepare()
    start(server)
    with socket.create_connection(("127.0.0.1", server.port), 10) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert sock.recv(12) == b"HTTP/1.1 200"
        began = time.monotonic()
        stop([server], within=0.2)
        assert time.monotonic() - began < 1
