from __future__ import annotations

import json
from pathlib import Path

import pytest
from werkzeug.test import Client

from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.daemon_settings import DEFAULT_PARALLEL, Settings, SettingsFile
from regnb.embedded.refusal import Refusal
from regnb.oci.json import json_object
from tests.embedded.calls import pull, statuses


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "daemon.json"


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was parsed as settings since the test began."""
    found: list[bytes] = []

    def counted(content: bytes) -> object:
        found.append(content)
        return json_object(content)

    monkeypatch.setattr("regnb.embedded.daemon_settings.json_object", counted)
    return found


def write(path: Path, **fields: object) -> None:
    path.write_text(json.dumps(fields), "utf-8")


def test_settings_without_a_file_are_the_defaults(path: Path) -> None:
    assert SettingsFile(path).current() == Settings() == Settings.read(path)


def test_change_of_the_file_counts_at_once(path: Path) -> None:
    file = SettingsFile(path)
    assert file.current().parallel == DEFAULT_PARALLEL
    for count in (1, 7, 21):
        write(path, **{"max-concurrent-downloads": count})
        assert file.current().parallel == count
    path.unlink()
    assert file.current() == Settings()


def test_file_that_is_no_json_is_refused_each_time(path: Path) -> None:
    file = SettingsFile(path)
    path.write_text("{", "utf-8")
    for _ in range(2):
        with pytest.raises(Refusal, match="unable to configure the engine"):
            file.current()
    write(path, ip="127.0.0.2")
    assert file.current().address == "127.0.0.2"


def test_file_is_read_once_as_long_as_it_stays_the_same(path: Path, readings: list[bytes]) -> None:
    write(path)
    file = SettingsFile(path)
    for _ in range(28):
        file.current()
    assert len(readings) == 1


def test_push_reads_the_settings_once(
    api: Client, engine: EmbeddedEngine, registry: str, readings: list[bytes]
) -> None:
    write(engine.home.settings, **{"insecure-registries": [registry]})
    pull(api, "nginx")
    api.post(f"/images/nginx/tag?repo={registry}/w3&tag=1.0")
    pushed = api.post(f"/images/{registry}/w3/push?tag=1.0", headers={"X-Registry-Auth": "e30="})
    assert "Pushed" in statuses(pushed.data)
    assert len(readings) == 1


@pytest.mark.parametrize(
    ("host", "insecure"),
    [
        ("localhost:5000", True),
        ("127.0.0.1:5000", True),
        ("[::1]:5000", True),
        ("registry.local:5000", True),
        ("registry.local:5001", False),
        ("named", True),
        ("named:5000", True),
        ("10.1.2.3:5000", True),
        ("10.2.2.3:5000", False),
    ],
)
def test_insecure_registries_are_hosts_addresses_and_networks(host: str, insecure: bool) -> None:
    settings = Settings(insecure_registries=("registry.local:5000", "named", "10.1.0.0/16"))
    assert settings.is_insecure(host) is insecure


@pytest.mark.parametrize("places", [{"nothing": "127.0.0.1:1"}, {"a:1": "b"}, {":5000": "a:1"}])
def test_places_are_hosts_and_ports(path: Path, places: dict[str, str]) -> None:
    write(path, **{"regnb-places": places})
    with pytest.raises(Refusal, match="no host and port"):
        Settings.read(path)
