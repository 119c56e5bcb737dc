from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from regnb.engine import ports
from regnb.engine.ports import PortChoice, choose_port, is_free, on_free_port, ports_of_lab, who_has
from regnb.errors import InvalidPort, PortTaken
from regnb.i18n import LANGUAGES, Translator
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


def test_taken_port_gives_the_next_free_one() -> None:
    first = ports_of_lab()[0]
    assert choose_port() == PortChoice(first, first)
    with socket.create_server(("127.0.0.1", first)):
        assert choose_port() == PortChoice(first + 1, first, "program")
    assert choose_port({first}).port == first + 1


def test_hundred_taken_ports_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda _: False)
    with pytest.raises(PortTaken) as caught:
        choose_port()
    assert caught.value.subject == str(ports_of_lab()[0])


def test_crowd_is_let_in_as_long_as_there_are_ports() -> None:
    taken: list[int] = []

    def work(choice: PortChoice) -> int:
        if len(taken) < 60:
            taken.append(choice.port)
            raise PortTaken("somebody was faster", subject=str(choice.port))
        return choice.port

    assert on_free_port(work) not in taken
    first = ports_of_lab()[0]
    assert taken[:3] == [first, first + 1, first + 2]
    assert len(set(taken)) == 60
    # Who has lost three times does not go where all the others go next.
    assert taken[3:] != list(range(first + 3, first + 60))


def test_engine_that_refuses_every_port_is_told() -> None:
    def refused(choice: PortChoice) -> None:
        raise PortTaken("no", subject=str(choice.port))

    with pytest.raises(PortTaken, match="Every port"):
        on_free_port(refused)


@pytest.mark.parametrize(
    ("environment", "first"),
    [({}, 5000), ({"REGNB_PORT": ""}, 5000), ({"REGNB_PORT": "1024"}, 1024)]
    + [({"REGNB_PORT": text}, int(text)) for text in ("5500", " 8080", "65436")],
)
def test_setting_chooses_where_a_lab_begins(environment: dict[str, str], first: int) -> None:
    assert ports_of_lab(environment) == range(first, first + 100)


@pytest.mark.parametrize(
    "text", ["0", "80", "1023", "65437", "99999999999", "-5000", "5000.0", "5_000", "٥٠٠٠", "five"]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_setting_that_is_no_port_is_told_with_the_mend(text: str, language: str) -> None:
    with pytest.raises(InvalidPort) as caught:
        ports_of_lab({"REGNB_PORT": text})
    told = Translator(language).tell(caught.value)
    assert f"`{text}`" in told.text
    assert all(word in told.mend for word in ("1024", "65436", "5500"))
