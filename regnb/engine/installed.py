"""Engines that are installed on this machine and not started, each with the command that starts it.

Nothing is asked of them: a file, a program or the name of an endpoint says that they are there.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

# What the endpoint of a product has in its name.
_MARKS = {
    "Docker Desktop": (".docker/desktop", ".docker/run", "dockerDesktop"),
    "OrbStack": (".orbstack",),
    "Colima": (".colima",),
    "Rancher Desktop": (".rd/",),
    "Podman": ("podman",),
}
_UNITS = ("etc/systemd", "usr/lib/systemd", "lib/systemd")


@dataclass(frozen=True, slots=True)
class InstalledEngine:
    """An engine that is installed: its name, and the command that starts it."""

    product: str
    command: str

    @property
    def flavour(self) -> str:
        """`docker` or `podman`."""
        return "podman" if self.product == "Podman" else "docker"


def installed_engine(
    environment: Mapping[str, str],
    *,
    flavour: str = "",
    endpoint: str = "",
    system: str = sys.platform,
    root: Path = Path("/"),
) -> InstalledEngine | None:
    """The engine that is installed here, the most likely one first; None when there is none.

    Of `flavour` if one is given, and the one whose `endpoint` it is, as far as that says it.
    `root` is where the file system starts, `system` as in `sys.platform`.
    """
    machine = _Machine(environment, root)
    finders = {"darwin": _on_macos, "win32": _on_windows}
    found = list(finders.get(system, _on_linux)(machine))
    named = {name for name, marks in _MARKS.items() if any(mark in endpoint for mark in marks)}
    fitting = [one for one in found if flavour in {"", one.flavour}]
    return next((one for one in fitting if not named or one.product in named), None)


@dataclass(frozen=True, slots=True)
class _Machine:
    environment: Mapping[str, str]
    root: Path

    @property
    def home(self) -> Path:
        return Path(self.environment.get("HOME") or Path.home())

    def has(self, path: str) -> bool:
        return (self.root / path).exists()

    def has_program(self, name: str) -> bool:
        return shutil.which(name, path=self.environment.get("PATH", "")) is not None

    def has_unit(self, name: str, whose: str) -> bool:
        return any(self.has(f"{folder}/{whose}/{name}") for folder in _UNITS)


def _on_macos(machine: _Machine) -> Iterator[InstalledEngine]:
    for product, application in (
        ("Docker Desktop", "Docker"),
        ("OrbStack", "OrbStack"),
        ("Rancher Desktop", "Rancher Desktop"),
    ):
        bundle = f"Applications/{application}.app"
        if machine.has(bundle) or (machine.home / bundle).exists():
            name = f'"{application}"' if " " in application else application
            yield InstalledEngine(product, f"open -a {name}")
    yield from _colima(machine)
    yield from _podman_machine(machine)


def _on_windows(machine: _Machine) -> Iterator[InstalledEngine]:
    programs = machine.environment.get("ProgramFiles", "")
    folder = Path(programs) / "Docker"
    if programs and (folder / "Docker/Docker Desktop.exe").exists():
        # https://docs.docker.com/desktop/features/desktop-cli/ is there since Docker Desktop 4.37.
        program = PureWindowsPath(programs, "Docker", "Docker", "Docker Desktop.exe")
        has_command = (folder / "cli-plugins/docker-desktop.exe").exists()
        start = "docker desktop start" if has_command else f'Start-Process "{program}"'
        yield InstalledEngine("Docker Desktop", start)
    yield from _rancher(machine)
    yield from _podman_machine(machine)


def _on_linux(machine: _Machine) -> Iterator[InstalledEngine]:
    """Without systemd, as in a container, no one command starts a service."""
    has_systemd = machine.has("run/systemd/system")
    if has_systemd and machine.has_unit("docker-desktop.service", "user"):
        yield InstalledEngine("Docker Desktop", "systemctl --user start docker-desktop")
    if has_systemd and machine.has_unit("docker.service", "system"):
        yield InstalledEngine("Docker", "sudo systemctl start docker")
    if has_systemd and (machine.home / ".config/systemd/user/docker.service").exists():
        yield InstalledEngine("Docker", "systemctl --user start docker")
    yield from _rancher(machine)
    yield from _colima(machine)
    if has_systemd and machine.has_unit("podman.socket", "user"):
        yield InstalledEngine("Podman", "systemctl --user start podman.socket")


def _colima(machine: _Machine) -> Iterator[InstalledEngine]:
    if machine.has_program("colima"):
        yield InstalledEngine("Colima", "colima start")


def _rancher(machine: _Machine) -> Iterator[InstalledEngine]:
    if machine.has_program("rdctl"):
        yield InstalledEngine("Rancher Desktop", "rdctl start")


def _podman_machine(machine: _Machine) -> Iterator[InstalledEngine]:
    if machine.has_program("podman"):
        yield InstalledEngine("Podman", "podman machine start")
