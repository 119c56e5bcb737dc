from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from regnb.engine.containers import (
    OWNER_LABEL,
    Container,
    ContainerSetup,
    PublishedPort,
    is_path,
    mounts_of,
)

LISTED: dict[str, Any] = {
    "Id": "8caee4825a8b",
    "Names": ["/web/alias", "/registry"],
    "Image": "registry:2",
    "State": "running",
    "Status": "Up 2 minutes",
    "Created": 0,
    "Labels": {OWNER_LABEL: "true"},
    "Ports": [
        {"IP": "127.0.0.1", "PublicPort": 5001, "PrivatePort": 5000, "Type": "tcp"},
        {"PrivatePort": 5001, "Type": "tcp"},
    ],
    "NetworkSettings": {"Networks": {"none": {"IPAddress": ""}, "b": {"IPAddress": "172.17.0.2"}}},
}


def test_container_as_the_engine_lists_it() -> None:
    found = Container.from_json(LISTED)
    assert (found.name, found.address, found.exit_code) == ("registry", "172.17.0.2", None)
    assert found.created == datetime(1970, 1, 1, tzinfo=UTC)
    assert found.ports == (PublishedPort("127.0.0.1", 5001, 5000),)
    assert (found.host_port(5000), found.host_port(5001)) == (5001, None)
    assert (found.is_ours, found.is_running) == (True, True)


def test_container_that_has_ended_tells_its_exit_code_and_no_ports() -> None:
    found = Container.from_json(LISTED | {"State": "exited", "Status": "Exited (137) 2 hours ago"})
    assert (found.exit_code, found.ports, found.is_running) == (137, (), False)


def test_container_of_others_is_not_ours() -> None:
    assert not Container.from_json(LISTED | {"Labels": {"other": "regnb"}}).is_ours


@pytest.mark.parametrize(
    ("image", "shown"),
    [
        ("docker.io/library/registry:2", "registry:2"),
        ("localhost:5000/w3:1.0", "localhost:5000/w3:1.0"),
        ("8caee4825a8b", "8caee4825a8b"),
    ],
)
def test_image_of_a_container_has_its_familiar_name(image: str, shown: str) -> None:
    assert Container.from_json(LISTED | {"Image": image}).image == shown


def test_setup_of_a_container() -> None:
    found = ContainerSetup.from_json(
        {
            "Config": {"Cmd": ["serve"], "Env": ["A=b=c", "ALONE"]},
            "Mounts": [
                {"Destination": "/data", "Name": "volume", "Source": "/var/volume"},
                {"Destination": "/certs", "Source": "/home/certs"},
            ],
        }
    )
    assert found.command == ("serve",)
    assert found.environment == {"A": "b=c"}
    assert found.sources == {"/data": "volume", "/certs": "/home/certs"}


def test_mounts_have_their_path_and_mode() -> None:
    assert mounts_of({"data": "/data", "/certs": "/certs:ro"}) == {
        "data": {"bind": "/data", "mode": "rw"},
        "/certs": {"bind": "/certs", "mode": "ro"},
    }


@pytest.mark.parametrize(
    ("source", "found"), [("data", False), ("/data", True), ("C:\\data", True), ("a.b-c", False)]
)
def test_source_is_a_path_or_the_name_of_a_volume(source: str, found: bool) -> None:
    assert is_path(source) is found
