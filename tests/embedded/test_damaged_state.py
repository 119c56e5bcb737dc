"""What an engine does whose own files were damaged: it starts, and names the file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from werkzeug.test import Client

from regnb.embedded.api.router import Api
from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.home import Home
from tests.embedded.calls import create, inspect

DAMAGES = [b"", b"{", b"[1]", b'"text"', b"{}", b"\xff\xfe"]


@pytest.mark.usefixtures("registry_image")
@pytest.mark.parametrize("content", DAMAGES)
def test_damaged_container_is_listed_named_and_goes(
    api: Client, engine: EmbeddedEngine, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    damaged, _ = create(api, "one"), create(api, "two")
    path = engine.home.containers / damaged / "container.json"
    path.write_bytes(content)
    again = EmbeddedEngine(engine.home, hub="samples")
    api = Client(Api(again))
    assert str(path) in caplog.text
    rows = api.get("/containers/json?all=1").json or []
    assert {name for row in rows for name in row["Names"]} == {f"/{damaged[:12]}", "/two"}
    assert "container.json is damaged" in inspect(api, damaged)["State"]["Error"]
    assert api.post(f"/containers/{damaged}/start").status_code == 501
    assert api.delete(f"/containers/{damaged}").status_code == 204
    assert not path.parent.exists()
    again.close()


@pytest.mark.parametrize("content", DAMAGES)
def test_damaged_volume_keeps_its_files(
    engine: EmbeddedEngine, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    volume = engine.volumes.create("data")
    (volume.path / "file").write_text("kept")
    path = engine.home.volumes / "data" / "volume.json"
    path.write_bytes(content)
    (found,) = engine.volumes.all()
    assert str(path) in caplog.text
    assert (found.name, (found.path / "file").read_text()) == ("data", "kept")
    assert engine.volumes.remove("data")


@pytest.mark.parametrize("content", [b"", b"one", b"\xff", b"-"])
def test_damaged_version_is_written_again(
    engine: EmbeddedEngine, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    path = engine.home.root / "version"
    path.write_bytes(content)
    engine.home.prepare()
    assert str(path) in caplog.text
    assert path.read_text() == "1\n"


def test_home_that_cannot_be_used_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "images").write_text("a file in place of the folder")
    arguments = [str(tmp_path / "socket"), str(tmp_path), "samples", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "regnb.embedded", *arguments],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert str(Home(tmp_path).images) in line
