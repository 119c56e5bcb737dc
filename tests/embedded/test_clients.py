"""Clients that stay, and clients that go: neither keeps a thread from others, nor the engine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from cheroot.wsgi import Server

from regnb.embedded import background
from regnb.embedded.background import Place
from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.daemon import server_of
from tests.embedded.running import client_of, wait_for

# More than the threads that the engine had once for all of its clients.
MANY = 60
PATIENCE = 30.0
ATTACH = "POST /containers/x1/attach?stream=1&stdout=1&stderr=1"
STREAMS = {
    "attach": ATTACH,
    "attach with a keyboard": f"{ATTACH}&stdin=1",
    "logs": "GET /containers/x1/logs?follow=1&stdout=1&stderr=1",
    "events": "GET /events",
    "wait": "POST /containers/x1/wait?condition=next-exit",
    "stats": "GET /containers/x1/stats",
}


def ask(path: Path, request: str) -> socket.socket:
    """A connection on which `request` was sent, and the beginning of the answer has come."""
    method, _, target = request.partition(" ")
    upgrade = "Connection: Upgrade\r\nUpgrade: tcp\r\n" if "attach" in target else ""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(PATIENCE)
    connection.connect(str(path))
    connection.sendall(f"{method} {target} HTTP/1.1\r\nHost: x\r\n{upgrade}\r\n".encode())
    if "logs" not in target:  # which may be silent
        assert connection.recv(12) in {b"HTTP/1.1 101", b"HTTP/1.1 200"}
    return connection


def make_container(place: Place, *, terminal: bool = False) -> None:
    """The container `x1`, which does not run."""
    with closing(client_of(place)) as client:
        client.images.pull("registry", tag="2.6")
        client.containers.create("registry:2.6", name="x1", tty=terminal)


@pytest.fixture
def server(engine: EmbeddedEngine, place: Place) -> Iterator[Server]:
    """A server of an engine in this process."""
    server = server_of(engine, place.socket)
    serving = threading.Thread(target=server.serve, daemon=True)
    serving.start()
    yield server
    server.stop()
    serving.join()


@pytest.mark.parametrize("terminal", [False, True], ids=["pipes", "terminal"])
@pytest.mark.parametrize("stream", STREAMS)
def test_client_that_is_gone_gives_its_thread_back(
    server: Server, place: Place, stream: str, terminal: bool
) -> None:
    make_container(place, terminal=terminal)
    with closing(client_of(place)) as client:
        client.containers.get("x1").start()
    pool = server.requests
    wait_for(lambda: pool.idle == len(pool._threads), PATIENCE)
    with closing(ask(place.socket, STREAMS[stream])):
        wait_for(lambda: pool.idle < len(pool._threads), PATIENCE)
    wait_for(lambda: pool.idle == len(pool._threads), PATIENCE)


def test_many_clients_that_stay_leave_room_for_others(place: Place) -> None:
    background.start(place)
    make_container(place)
    with ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(closing(ask(place.socket, ATTACH)))
        with closing(client_of(place)) as client:
            assert [one.name for one in client.containers.list(all=True)] == ["x1"]


def test_engine_ends_while_clients_stay(place: Place) -> None:
    background.start(place)
    make_container(place)
    with ExitStack() as stack:
        clients = [
            stack.enter_context(closing(ask(place.socket, STREAMS[stream])))
            for stream in ("attach", "attach with a keyboard", "events", "wait")
        ]
        assert background.stop(place)
        assert not background.stop(place), "it runs still"
        for client in clients:
            while client.recv(4096):
                pass


def test_a_crowd_may_wait_to_be_let_in(engine: EmbeddedEngine, place: Place) -> None:
    server = server_of(engine, place.socket)  # it listens, and lets nobody in yet
    with ExitStack() as clients:
        for _ in range(100):
            client = clients.enter_context(socket.socket(socket.AF_UNIX))
            client.settimeout(5.0)
            client.connect(str(place.socket))
    server.stop()
