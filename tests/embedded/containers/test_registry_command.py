from __future__ import annotations

import socket
from pathlib import Path

import pytest
from werkzeug.test import Client

from regnb.embedded.containers.record import Mount
from regnb.embedded.containers.registry_command import (
    RegistryCommand,
    container_port,
    in_words_of_the_machine,
    launch_of,
    registry_command,
)
from regnb.embedded.refusal import Refusal
from tests.embedded.calls import (
    create,
    inspect,
    pull,
)
from tests.embedded.containers.records import record

pytestmark = pytest.mark.usefixtures("registry_image")


def test_image_that_is_no_registry_is_refused_at_start(api: Client) -> None:
    pull(api, "nginx")
    create(api, "web", Image="nginx")
    response = api.post("/containers/web/start")
    assert response.status_code == 501
    assert "it runs registries only; use Docker for this image" in response.text
    assert inspect(api, "web")["State"]["Status"] == "created"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("registry", "serve", "/c.yml"), ("serve", "/c.yml")),
        (("/entrypoint.sh", "/c.yml"), ("serve", "/c.yml")),
        (("/entrypoint.sh", "serve", "/c.yml"), ("serve", "/c.yml")),
        (("/entrypoint.sh", "registry", "serve"), ("serve", "")),
        (("docker-registry", "garbage-collect", "-m", "/c.yml"), ("garbage-collect", "/c.yml")),
        (("registry", "--version"), ("--version", "")),
    ],
)
def test_command_of_a_registry_is_known(words: tuple[str, ...], found: tuple[str, str]) -> None:
    command = registry_command(record(*words))
    assert (command.word, command.config_file) == found


@pytest.mark.parametrize("words", [(), ("nginx",), ("registry",), ("registry", "sh"), ("sh", "-c")])
def test_other_programs_are_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(Refusal, match="it runs registries only") as caught:
        registry_command(record(*words))
    assert caught.value.status == 501


def test_port_is_that_of_the_variable_else_of_the_file_else_5000(tmp_path: Path) -> None:
    (tmp_path / "c.yml").write_text("http:\n  addr: ':5005'\n")
    command = RegistryCommand("serve", ("/etc/c.yml",))
    mounted = record(mounts=(Mount(str(tmp_path), "/etc"),))
    assert container_port(record(), command) == 5000
    assert container_port(mounted, command) == 5005
    for address, port in (("0.0.0.0:5006", 5006), ('"[::]:5007"', 5007), ("nosuch", 5005)):
        mounted.config["Env"] = [f"REGISTRY_HTTP_ADDR={address}"]
        assert container_port(mounted, command) == port


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("root: /data/x", "root: /host/x"),
        ('["/data", /data/a]', '["/host", /host/a]'),
        ("/database /x/data a/data", "/database /x/data a/data"),
    ],
)
def test_paths_below_a_mount_are_those_of_the_machine(text: str, found: str) -> None:
    assert in_words_of_the_machine(text, [Mount("/host", "/data")]) == found


def test_launch_names_the_addresses_of_its_sockets_and_the_storage(tmp_path: Path) -> None:
    container = record(Env=["REGISTRY_LOG_LEVEL=debug", "OTHER=1"])
    local = ("127.0.0.1", 0)
    with socket.create_server(local) as one, socket.create_server(local) as two:
        launch = launch_of(container, RegistryCommand("serve", ()), tmp_path, (one, two))
        ports = [each.getsockname()[1] for each in (one, two)]
    assert launch.words == ["serve", str(tmp_path / "config.yml")]
    assert launch.environment["REGISTRY_HTTP_ADDR"] == f"127.0.0.1:{ports[0]}"
    assert launch.environment["REGISTRY_HTTP_DEBUG_ADDR"] == f"127.0.0.1:{ports[1]}"
    assert launch.environment["REGISTRY_LOG_LEVEL"] == "debug"
    assert "OTHER" not in launch.environment
    storage = launch.environment["REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY"]
    assert storage == str(tmp_path / "files/var/lib/registry")
