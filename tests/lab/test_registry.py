from __future__ import annotations

import pytest

from regnb.errors import NameTaken, RegistryDiffers, RegistryStopped
from regnb.lab import Lab
from regnb.lab.registry import volume_for

HUNDRED = ["images", *(f"images-{number}" for number in range(2, 100))]


@pytest.mark.parametrize(
    ("own", "known", "name"),
    [
        ([], [], "images"),
        ([], ["images"], "images-2"),
        (["images-3"], ["images", "images-2", "images-3"], "images-3"),
        (["images"], ["images"], "images"),
        ([], ["images", "images-3"], "images-2"),
    ],
)
def test_volume_is_the_labs_or_nobodys(own: list[str], known: list[str], name: str) -> None:
    assert volume_for("images", own, known) == name


def test_volume_whose_names_are_all_taken() -> None:
    assert volume_for("images", [], HUNDRED[:-1]) == "images-99"
    with pytest.raises(NameTaken):
        volume_for("images", [], HUNDRED)


def test_registry_is_run_stopped_started_and_removed(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    lab.run_registry()
    address = lab.address
    assert f"127.0.0.1:{address.rpartition(':')[2]}:5000" in capsys.readouterr().out
    lab.stop_registry()
    with pytest.raises(RegistryStopped):
        _ = lab.address
    lab.run_registry()
    assert lab.address == address
    shown = capsys.readouterr().out
    assert "$ docker container stop registry\n" in shown
    assert "$ docker container start registry\n" in shown
    lab.remove_registry()
    assert lab.containers().empty
    assert "$ docker container rm --force --volumes registry\n" in capsys.readouterr().out


def test_registry_with_other_settings_is_refused(lab: Lab) -> None:
    lab.run_registry(memory=True)
    lab.run_registry(memory=True)
    with pytest.raises(RegistryDiffers):
        lab.run_registry(delete=True)


def test_two_registries_have_two_names_and_the_last_one_is_meant(lab: Lab) -> None:
    lab.run_registry()
    first = lab.address
    lab.run_registry(name="other")
    assert lab.address != first
    lab.run_registry(name="registry")
    assert lab.address == first


def test_restart_keeps_the_address(lab: Lab) -> None:
    lab.run_registry()
    address, inside = lab.address, lab.container_address
    assert list(lab.restart_registry().state) == ["running"]
    assert (lab.address, lab.container_address) == (address, inside)


def test_logs_and_version_are_those_of_the_registry(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    lab.run_registry()
    lab.catalog()
    capsys.readouterr()
    lab.logs(tail=50)
    assert "/v2/_catalog" in capsys.readouterr().out
    assert "regnb" in lab.registry_version()
