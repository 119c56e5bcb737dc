"""Stored outputs come from the same engine and show the same ports on every machine."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from regnb.authoring.builder import build_chapter
from regnb.authoring.notebook_files import code_cells, notebook_path, read_notebook
from regnb.authoring.reference_engine import (
    OwnPorts,
    ReferenceAddresses,
    own_ports,
    reference_engine,
)
from tests.authoring.sources import code, write_lesson

PORTS = OwnPorts(6100)
CHOICE = """
from regnb.engine.ports import choose_port
port = choose_port().port
print(f"Port {port}: http://localhost:{port}/v2/")
"""


def test_two_builds_at_once_have_other_ports() -> None:
    with own_ports() as one, own_ports() as other:
        assert one.first != other.first
        assert {one.first % 100, other.first % 100} == {0}


def test_ports_that_somebody_uses_are_left_to_them(monkeypatch: pytest.MonkeyPatch) -> None:
    with own_ports() as one, own_ports() as other:
        hundreds = (one.first, other.first)
    monkeypatch.setattr("regnb.authoring.reference_engine._HUNDREDS", hundreds)
    with socket.create_server(("127.0.0.1", hundreds[0] + 1)), own_ports() as ports:
        assert ports.first == hundreds[1]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://localhost:6100/v2/", "http://localhost:5000/v2/"),
        ("--publish 127.0.0.1:6101:5000", "--publish 127.0.0.1:5001:5000"),
        ("0.0.0.0:6102->5000/tcp", "0.0.0.0:5002->5000/tcp"),
        ("dial tcp [::1]:6100: connect", "dial tcp [::1]:5000: connect"),
        ("?repo=localhost%3A6100%2Fw3", "?repo=localhost%3A5000%2Fw3"),
        ("Le port\xa06199, Port 6100", "Le port\xa05099, Port 5000"),
    ],
)
def test_own_port_is_shown_as_that_of_the_reference(text: str, shown: str) -> None:
    assert PORTS.shown([{"data": {"text/plain": text}}]) == [{"data": {"text/plain": shown}}]
    assert len(text) == len(shown)


@pytest.mark.parametrize(
    "text",
    [
        '{"size":6100}',
        "6100 B",
        "localhost:61000",
        "localhost:6200",
        "port 61",
        "6100/6101",
        "a:6100",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert PORTS.shown(text) == text


@pytest.mark.parametrize(
    ("outputs", "strange"),
    [
        (["localhost:5000/w3", "localhost:5001", "localhost:5000", "localhost:5002"], []),
        (["http://localhost:5099/token", "http://LOCALHOST:5098/token"], []),
        (["localhost:5001/w3"], ["localhost:5001"]),
        (["Try `localhost:5000/w3`.", "127.0.0.1:5001->5000/tcp"], ["127.0.0.1:5001"]),
        (["localhost:5000", "localhost:5002"], ["localhost:5002"]),
        (["<td>localhost:49895</td>", "[::1]:631"], ["localhost:49895", "[::1]:631"]),
        (["localhost%3A6100", "0.0.0.0:80"], ["localhost%3A6100", "0.0.0.0:80"]),
        (["localhost:5000 localhost:4999"], ["localhost:4999"]),
        (["172.17.0.2:5001", "registry.lab:443", "localhost: 5001"], []),
    ],
)
def test_addresses_are_those_of_a_lab_alone_on_its_ports(
    outputs: list[str], strange: list[str]
) -> None:
    addresses = ReferenceAddresses()
    assert [found for text in outputs for found in addresses.strange(text)] == strange


def test_build_gives_the_same_whoever_has_port_5000(tmp_path: Path) -> None:
    source = write_lesson(tmp_path, code("choice", CHOICE.strip()))
    with ExitStack() as stack:
        with suppress(OSError):  # somebody has it already
            stack.enter_context(socket.create_server(("127.0.0.1", 5000)))
        build_chapter(source)
    (cell,) = code_cells(read_notebook(notebook_path(source, "fr")))
    assert cell.outputs[0].text == "Port 5000: http://localhost:5000/v2/\n"


PROXIES = (
    'from urllib.request import getproxies\n\nprint(sorted(getproxies()), "seen" in globals())'
)


def stored(source: Path) -> str:
    (cell,) = code_cells(read_notebook(notebook_path(source, "en")))
    return str(cell.outputs[0].text)


def test_outputs_are_the_same_behind_a_proxy_and_with_a_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = tmp_path / "ipython" / "profile_default" / "startup"
    profile.mkdir(parents=True)
    (profile / "00.py").write_text("seen = 1\n", "utf-8")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("REGNB_ENGINE", raising=False)
    source = write_lesson(tmp_path, code("proxies", PROXIES))
    build_chapter(source)
    assert stored(source) == "['http', 'https'] True\n"
    before = dict(os.environ)
    with reference_engine():
        build_chapter(source)
    assert stored(source) == "[] False\n"
    assert dict(os.environ) == before


def test_engine_that_was_chosen_is_as_its_user_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGNB_ENGINE", "embedded")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    before = dict(os.environ)
    with reference_engine():
        assert dict(os.environ) == before
