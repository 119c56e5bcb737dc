from __future__ import annotations

from pathlib import Path

import pytest

from regnb.engine import Engine
from regnb.i18n import LANGUAGES, Translator
from regnb.lab import Lab, preflight
from regnb.lab.preflight import BAD, GOOD, NEEDED, NOTE, Preflight


def findings(language: str = "en", engine: str = "embedded") -> dict[str, str]:
    """The level of each finding, by the English or French name of what was checked."""
    return {one.check: one.level for one in Preflight(Translator(language), engine).findings()}


@pytest.fixture(autouse=True)
def samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody asks Docker Hub."""
    monkeypatch.setenv("REGNB_HUB", "samples")


def named(check: str) -> str:
    return Translator("en")(f"preflight.{check}.name")


@pytest.mark.parametrize("language", LANGUAGES)
def test_machine_where_all_is_well(language: str) -> None:
    table = preflight(language, engine="embedded")
    assert not table.empty
    assert Translator(language)("preflight.engine.name") in set(table.check)


def test_port_is_free_or_ours_or_taken(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    assert findings()[named("port")] == GOOD
    lab.run_registry()
    assert findings()[named("port")] == GOOD
    monkeypatch.setenv("REGNB_LAB", "somebody-else")
    found = findings()
    assert found[named("port")] == NOTE
    assert found[named("name")] == NOTE


def test_port_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGNB_PORT", "many")
    assert findings()[named("port")] == BAD


@pytest.mark.parametrize(
    ("url", "level"), [("http://localhost:1", BAD), ("no address", BAD)], ids=str
)
def test_hub_of_the_classroom_is_asked(
    monkeypatch: pytest.MonkeyPatch, url: str, level: str
) -> None:
    monkeypatch.setenv("REGNB_HUB", url)
    assert findings()[named("room")] == level


@pytest.mark.parametrize(("free", "level"), [(NEEDED, GOOD), (NEEDED - 1, BAD)])
def test_disk_has_room_for_the_course(
    monkeypatch: pytest.MonkeyPatch, free: int, level: str
) -> None:
    class Usage:
        def __init__(self, _: Path) -> None:
            self.free = free

    monkeypatch.setattr("shutil.disk_usage", Usage)
    assert findings()[named("disk")] == level


def test_loopback_that_wants_tls_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "trusts_loopback", lambda _: False)
    assert findings()[named("loopback")] == BAD
