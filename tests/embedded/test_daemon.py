"""Where an engine serves: a folder that was there keeps its mode, and nobody else writes in it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.daemon import server_of
from regnb.embedded.home import Home
from regnb.errors import EngineError


@pytest.fixture
def engine(tmp_path: Path) -> EmbeddedEngine:
    return EmbeddedEngine(Home(tmp_path / "home"), hub="samples")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("before", [0o1777, 0o755, 0o700], ids=oct)
def test_folder_that_was_there_keeps_its_mode(
    engine: EmbeddedEngine, tmp_path: Path, before: int
) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(before)
    server_of(engine, folder / "x.sock").stop()
    assert mode(folder) == before


def test_folder_that_it_makes_is_its_own(engine: EmbeddedEngine, tmp_path: Path) -> None:
    server = server_of(engine, tmp_path / "made" / "x.sock")
    assert (mode(tmp_path / "made"), mode(tmp_path / "made" / "x.sock")) == (0o700, 0o600)
    server.stop()


@pytest.mark.parametrize("open_to", [0o777, 0o775], ids=oct)
def test_folder_in_which_others_write_is_refused(
    engine: EmbeddedEngine, tmp_path: Path, open_to: int
) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(open_to)
    with pytest.raises(EngineError, match="Other users may write"):
        server_of(engine, folder / "x.sock")
    assert not list(folder.iterdir())
