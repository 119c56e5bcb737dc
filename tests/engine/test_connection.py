from __future__ import annotations

import socket
from pathlib import Path

import pytest

from regnb.engine.connection import check_docker_config, flavour_of, knock, refuse_remote
from regnb.errors import DockerConfigBroken, EngineRemote, EngineUnavailable, EngineUnreachable
from tests.engine.fake_api import VERSION


@pytest.mark.parametrize(
    "endpoint",
    ["unix:///run/docker.sock", "npipe:////./pipe/docker_engine", "tcp://localhost:2375"],
)
def test_engine_of_this_machine_is_taken(endpoint: str) -> None:
    refuse_remote(endpoint)


@pytest.mark.parametrize("endpoint", ["ssh://me@host", "tcp://192.0.2.1:2375", "https://host:2376"])
def test_engine_of_another_machine_is_refused(endpoint: str) -> None:
    with pytest.raises(EngineRemote) as caught:
        refuse_remote(endpoint)
    assert caught.value.subject == endpoint


def test_endpoint_that_is_none_is_refused() -> None:
    with pytest.raises(EngineUnreachable):
        refuse_remote("nonsense://host")


def test_socket_that_listens_is_knocked_at(sockets: Path) -> None:
    path = sockets / "docker.sock"
    with pytest.raises(EngineUnavailable) as caught:
        knock(f"unix://{path}")
    assert caught.value.subject == f"unix://{path}"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        knock(f"unix://{path}")


@pytest.mark.parametrize(
    ("named", "flavour"),
    [
        ({}, "docker"),
        ({"Components": [{"Name": "Podman Engine"}]}, "podman"),
        ({"Platform": {"Name": "regnb's embedded engine"}, "Components": []}, "embedded"),
        ({"Platform": None, "Components": None}, "docker"),
    ],
)
def test_flavour_is_that_of_a_name(named: dict[str, object], flavour: str) -> None:
    assert flavour_of(VERSION | named) == flavour


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The docker command's own file."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    return tmp_path / "config.json"


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "null",
        '{"auths": {"localhost:5000": "x"}}',
        '{"auths": {"localhost:5000": {"auth": "%%"}}}',
        '{"auths": {"localhost:5000": {"auth": "YWJj"}}}',
        '{"auths": {"localhost:5000": {"auth": 3}}}',
        '{"proxies": []}',
    ],
)
def test_broken_settings_of_the_docker_command_are_named(config: Path, text: str) -> None:
    config.write_text(text)
    with pytest.raises(DockerConfigBroken) as caught:
        check_docker_config()
    assert caught.value.subject == str(config)


@pytest.mark.parametrize(
    "text",
    ["{}", "", "{", '{"auths": {"h": {"auth": "YTpi"}}}', '{"credsStore": "nope"}'],
)
def test_settings_that_can_be_read_or_passed_over(config: Path, text: str) -> None:
    config.write_text(text)
    check_docker_config()
