"""The embedded engine ends between two cells of chapter 01, in every way: the next cell works."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import cycle
from typing import Any

import pytest

from regnb.authoring.chapter import Code, read_chapter
from regnb.authoring.notebook_files import source_paths
from regnb.checks.definitions import Status
from regnb.embedded import background
from regnb.embedded.background import Place
from regnb.errors import RegnbError
from tests.embedded.running import wait_for
from tests.notebooks.conftest import PROJECT

FAILS = "raises-exception"


def kill(place: Place) -> None:
    """Kill the engine alone: its registry is still there, and notices."""
    os.kill(background.pid_of(place), signal.SIGKILL)
    wait_for(lambda: not background.pid_of(place))


def kill_all(place: Place) -> None:
    """Kill the engine, and its containers with it."""
    records = place.home.containers.glob("*/container.json")
    pids = [json.loads(record.read_bytes())["state"]["pid"] for record in records]
    os.kill(background.pid_of(place), signal.SIGKILL)
    for pid in filter(None, pids):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not background.pid_of(place))


def stop_and_leave_a_socket(place: Place) -> None:
    background.stop(place)
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(place.socket))


def remove_socket(place: Place) -> None:
    """Remove it, as what cleans the folder for temporary files does; the engine lives."""
    place.socket.unlink()


def restart(place: Place) -> None:
    """Stop it, and start it as somebody would in a terminal, who knows nothing of labs."""
    background.stop(place)
    background.start(place)


def code_cells() -> list[Code]:
    (source,) = [path for path in source_paths(PROJECT / "notebooks") if path.stem[:2] == "01"]
    cells = read_chapter(source).cells
    return [cell for cell in cells if isinstance(cell, Code) and "exercise" not in cell.tags]


def run(cell: Code, names: dict[str, Any]) -> None:
    try:
        if cell.name.endswith("-check"):
            assert eval(cell.source, names).result.status is Status.PASSED
        else:
            exec(cell.source, names)
    except RegnbError:
        assert FAILS in cell.tags, f"the cell `{cell.name}` failed"
    else:
        assert FAILS not in cell.tags


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setenv("REGNB_HUB", "samples")
    monkeypatch.setenv("REGNB_ENGINE", "embedded")
    monkeypatch.setenv("REGNB_LAB", "test-ends")
    place = Place.default()
    yield place
    background.stop(place)


def test_engine_is_killed_between_all_cells(place: Place) -> None:
    names: dict[str, Any] = {}
    for cell, end in zip(code_cells(), cycle((kill, kill_all)), strict=False):
        run(cell, names)
        end(place)


@pytest.mark.parametrize("end", [background.stop, stop_and_leave_a_socket, remove_socket, restart])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_engine_ends_in_another_way(
    place: Place,
    end: Callable[[Place], None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
) -> None:
    monkeypatch.setenv("REGNB_LANGUAGE", language)
    cells = {cell.name: cell for cell in code_cells()}
    names: dict[str, Any] = {}
    for name in ("open", "run", "pull", "tag", "push"):
        run(cells[name], names)
    lab = names["lab"]
    end(place)
    capsys.readouterr()
    run(cells["full"], names)
    said = capsys.readouterr().out
    address = lab.address
    assert (lab._session.translator("keeper.started") in said) is (
        end in {background.stop, stop_and_leave_a_socket}
    )
    told = lab._session.translator("keeper.registry_runs", name="registry", address=address)
    assert (told in said) is (end is not remove_socket)
    assert lab.client.list_tags("w3") == ["1.0"]
    lab.clean_up()
