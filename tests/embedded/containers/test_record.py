from __future__ import annotations

from pathlib import Path

import pytest

from regnb.embedded.containers.record import Binding, ContainerRecord, ContainerState, Mount
from tests.embedded.containers.records import record


def test_container_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = record("serve", mounts=(Mount("/data", "/var/lib/registry", mode="ro"),))
    written.state = ContainerState("running", pid=7, stopped_by_user=True)
    written.bindings = [Binding("5000/tcp", "127.0.0.1", 5000)]
    written.listens = ("127.0.0.1", 5000)
    written.save(tmp_path)
    assert ContainerRecord.load(tmp_path) == written


def test_container_that_was_never_written_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ContainerRecord.load(tmp_path)


def test_command_is_entrypoint_and_command() -> None:
    assert record("serve", Entrypoint=["/entrypoint.sh"]).command == ["/entrypoint.sh", "serve"]
    assert record().command == []


def test_environment_keeps_what_follows_the_first_equals_sign() -> None:
    found = record(Env=["A=b=c", "EMPTY=", "ALONE"]).environment
    assert found == {"A": "b=c", "EMPTY": "", "ALONE": ""}


def test_restart_policy_without_a_word_is_no() -> None:
    container = record()
    assert container.restart_policy == "no"
    container.host_config["RestartPolicy"] = {"Name": "always"}
    assert container.restart_policy == "always"


def test_mount_of_a_folder_is_a_bind_and_of_a_volume_names_it() -> None:
    folder, volume = Mount("/a", "/b").to_json(), Mount("/a", "/b", volume="data").to_json()
    assert (folder["Type"], folder.get("Name"), folder["Propagation"]) == ("bind", None, "rprivate")
    assert (volume["Type"], volume["Name"], volume["Propagation"]) == ("volume", "data", "")


def test_number_of_a_binding_is_the_port_inside() -> None:
    assert Binding("5000/tcp", "127.0.0.1", 5001).number == 5000
