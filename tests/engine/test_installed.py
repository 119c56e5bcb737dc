"""Machines on which an engine is installed and not started, made of folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from regnb.engine.installed import installed_engine

SYSTEMD = "run/systemd/system/"
DOCKER_UNIT = "usr/lib/systemd/system/docker.service"
PODMAN_UNIT = "usr/lib/systemd/user/podman.socket"
DESKTOP_APP = "Applications/Docker.app/"
WINDOWS = "Programs/Docker/Docker/Docker Desktop.exe"
WINDOWS_COMMAND = "Programs/Docker/cli-plugins/docker-desktop.exe"


def make(root: Path, *paths: str) -> dict[str, str]:
    """Make the files and folders (with a slash at the end) of a machine; gives its environment."""
    for path in paths:
        place = root / path
        if path.endswith("/"):
            place.mkdir(parents=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch(mode=0o755)
    return {
        "HOME": str(root / "home"),
        "PATH": str(root / "bin"),
        "ProgramFiles": str(root / "Programs"),
    }


@pytest.mark.parametrize(
    ("system", "paths", "product", "command"),
    [
        ("darwin", [DESKTOP_APP], "Docker Desktop", "open -a Docker"),
        ("darwin", [f"home/{DESKTOP_APP}"], "Docker Desktop", "open -a Docker"),
        ("darwin", ["Applications/OrbStack.app/"], "OrbStack", "open -a OrbStack"),
        (
            "darwin",
            ["Applications/Rancher Desktop.app/"],
            "Rancher Desktop",
            'open -a "Rancher Desktop"',
        ),
        ("darwin", ["bin/colima", "bin/podman"], "Colima", "colima start"),
        ("darwin", ["bin/podman"], "Podman", "podman machine start"),
        ("win32", [WINDOWS, WINDOWS_COMMAND], "Docker Desktop", "docker desktop start"),
        ("win32", ["bin/podman"], "Podman", "podman machine start"),
        ("win32", ["bin/rdctl"], "Rancher Desktop", "rdctl start"),
        (
            "linux",
            [SYSTEMD, "usr/lib/systemd/user/docker-desktop.service"],
            "Docker Desktop",
            "systemctl --user start docker-desktop",
        ),
        ("linux", [SYSTEMD, DOCKER_UNIT], "Docker", "sudo systemctl start docker"),
        (
            "linux",
            [SYSTEMD, "home/.config/systemd/user/docker.service"],
            "Docker",
            "systemctl --user start docker",
        ),
        ("linux", [SYSTEMD, PODMAN_UNIT], "Podman", "systemctl --user start podman.socket"),
        ("linux", ["bin/colima"], "Colima", "colima start"),
    ],
)
def test_installed_engine_is_known_with_its_command(
    tmp_path: Path, system: str, paths: list[str], product: str, command: str
) -> None:
    environment = make(tmp_path, *paths)
    found = installed_engine(environment, system=system, root=tmp_path)
    assert found is not None
    assert (found.product, found.command) == (product, command)


def test_older_docker_desktop_of_windows_is_started_by_its_program(tmp_path: Path) -> None:
    found = installed_engine(make(tmp_path, WINDOWS), system="win32", root=tmp_path)
    assert found is not None
    assert found.command.startswith('Start-Process "')
    assert found.command.endswith('Docker Desktop.exe"')


@pytest.mark.parametrize(
    ("system", "paths"),
    [
        ("darwin", []),
        ("win32", []),
        ("linux", ["bin/docker"]),  # the command alone
        ("linux", [DOCKER_UNIT, PODMAN_UNIT]),  # in a container, without systemd
    ],
)
def test_machine_without_an_engine_to_start(tmp_path: Path, system: str, paths: list[str]) -> None:
    assert installed_engine(make(tmp_path, *paths), system=system, root=tmp_path) is None


def test_flavour_that_is_wanted(tmp_path: Path) -> None:
    environment = make(tmp_path, SYSTEMD, DOCKER_UNIT, PODMAN_UNIT)
    for flavour in ("docker", "podman"):
        found = installed_engine(environment, flavour=flavour, system="linux", root=tmp_path)
        assert found is not None
        assert found.flavour == flavour


@pytest.mark.parametrize(
    ("endpoint", "product"),
    [
        ("unix:///Users/me/.docker/run/docker.sock", "Docker Desktop"),
        ("unix:///Users/me/.colima/default/docker.sock", "Colima"),
        ("unix:///Users/me/.orbstack/run/docker.sock", None),  # not installed any more
        ("tcp://127.0.0.1:2375", "Docker Desktop"),  # says nothing
    ],
)
def test_endpoint_tells_which_of_them_is_meant(
    tmp_path: Path, endpoint: str, product: str | None
) -> None:
    environment = make(tmp_path, DESKTOP_APP, "bin/colima")
    found = installed_engine(environment, endpoint=endpoint, system="darwin", root=tmp_path)
    assert (found and found.product) == product
