from __future__ import annotations

from pathlib import Path

import pytest

import regnb
from regnb.embedded.containers.registry_program import run_program
from regnb.oci import Digest
from regnb.registry import RegistryClient, WsgiTransport
from regnb.server import Config, DirectoryStorage, create_app
from tests.contract.images import push


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DirectoryStorage:
    monkeypatch.setenv("REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", str(tmp_path))
    return DirectoryStorage(tmp_path)


def test_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_program(["--version"]) == 0
    assert capsys.readouterr().out == f"registry regnb {regnb.__version__}\n"


def test_unknown_command_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_program(["dance"]) == 1
    assert capsys.readouterr().err == "unknown command dance\n"


def test_configuration_that_is_none_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.yml").write_text("storage: [")
    assert run_program(["serve", str(tmp_path / "config.yml")]) == 1
    assert capsys.readouterr().err.startswith("configuration error: ")


@pytest.mark.parametrize(("words", "left"), [((), 0), (("--dry-run",), 1)])
def test_blob_that_nothing_names_is_collected(
    storage: DirectoryStorage, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], left: int
) -> None:
    app = create_app(storage, Config(delete_enabled=True))
    with RegistryClient("http://localhost", transport=WsgiTransport(app)) as client:
        client.delete_manifest("w3", push(client, "w3", layer=b"nobody names it"))
    digest = Digest.of(b"nobody names it")
    assert run_program(["garbage-collect", *words]) == 0
    assert f"blob eligible for deletion: {digest}\n" in capsys.readouterr().out
    assert len(list(storage.holders_of(digest))) == left
