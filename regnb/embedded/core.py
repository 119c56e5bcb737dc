"""The embedded engine: everything that the API speaks of, in one place."""

from __future__ import annotations

import contextlib
import platform
import signal
import time

from regnb.embedded.containers.manager import Containers
from regnb.embedded.containers.mounts import Volumes
from regnb.embedded.containers.networking import place_of
from regnb.embedded.containers.process import ProcessRuntime
from regnb.embedded.containers.record import ContainerRecord
from regnb.embedded.containers.runtime import Runtime
from regnb.embedded.containers.supervisor import Supervisor
from regnb.embedded.daemon_settings import Settings, SettingsFile
from regnb.embedded.downloads import Downloads
from regnb.embedded.engine_events import Events
from regnb.embedded.home import Home
from regnb.embedded.image_store import ImageStore, LayerSizes
from regnb.embedded.refusal import Refusal
from regnb.embedded.remote.pull_sources import HubPlaces, PullSources
from regnb.embedded.remote.registries import SYSTEM_CERTIFICATES, Registries
from regnb.oci import Platform

# How often a silent stream looks whether its client is still there, in seconds.
HEARTBEAT = 5.0
_HUB = HubPlaces()
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "AMD64": "amd64", "armv7l": "arm"}


class EmbeddedEngine:
    """An engine whose things are in `home`; one process at a time may have it.

    `hub` is `samples` when images of Docker Hub are always samples, `hub` when never, empty when
    only for want of a network. A `runtime` that is given runs the containers; else they are
    processes. Raises StoreTooNew.
    """

    def __init__(
        self,
        home: Home,
        *,
        hub: str = "",
        places: HubPlaces = _HUB,
        heartbeat: float = HEARTBEAT,
        runtime: Runtime | None = None,
    ) -> None:
        home.prepare()
        self.home = home
        self.hub = hub
        self.places = places
        machine = platform.machine()
        self.platform = Platform("linux", _ARCHITECTURES.get(machine, machine))
        self.heartbeat = heartbeat
        self._settings = SettingsFile(home.settings)
        self.events = Events()
        self.images = ImageStore(home.images)
        self.sizes = LayerSizes(home.root / "layer-sizes.json", self.images.blobs)
        self.volumes = Volumes(home.volumes, self.events)
        self.containers = Containers(home.containers, self.volumes, self.events)
        self.supervisor = Supervisor(
            self.containers,
            runtime or ProcessRuntime(lambda: self.settings().registry_binary),
            self.settings,
            lambda one: self.remove_container(one, volumes=True),
        )
        certificates = (home.certificates, *SYSTEM_CERTIFICATES)
        self.registries = Registries(self.settings, certificates, self._place_of)
        self.pull_sources = PullSources(self.registries, self.settings, hub, places)
        self.downloads = Downloads(self.images.blobs, self.settings().parallel)
        self._last_used = time.monotonic()
        self.supervisor.recover()

    def settings(self) -> Settings:
        """The settings as they are now; raises Refusal (500)."""
        return self._settings.current()

    def remove_container(
        self, container: ContainerRecord, *, force: bool = False, volumes: bool = False
    ) -> None:
        """Remove `container`; raises Refusal (409) when it runs and `force` is not set."""
        if container.state.is_up:
            if not force:
                state = container.state.status
                raise Refusal(
                    409,
                    f'cannot remove container "{container.name}": container is {state}: stop the '
                    "container before removing or force remove",
                )
            with contextlib.suppress(Refusal):  # it has ended meanwhile
                self.supervisor.kill(container, signal.SIGKILL)
        if self.containers.has(container):
            self.containers.remove(container, with_volumes=volumes)
        self.supervisor.notify()

    def note_use(self) -> None:
        """Note that somebody asks the engine something."""
        self._last_used = time.monotonic()

    def idle_for(self) -> float:
        """For how many seconds nobody has asked it, or a registry that it runs, anything.

        A registry writes a line into its log for each request: one that nobody asks anything does
        not keep the engine awake; a download does. The hours that a laptop sleeps do not count,
        nor does what happens to its clock:
        https://docs.python.org/3/library/time.html#time.monotonic
        """
        if self.downloads.running():
            return 0.0
        used = [
            self.containers.logs(one).last_written
            for one in self.containers.all()
            if one.state.running
        ]
        return time.monotonic() - max([self._last_used, *used])

    def close(self) -> None:
        """End the downloads and stop all containers."""
        self.downloads.close()
        self.supervisor.close()

    def _place_of(self, host: str, port: int) -> tuple[str, int] | None:
        """Where the server of `host` and `port` listens: a container's, or one of the settings."""
        return place_of(self.containers.all(), host, port) or self.settings().places.get(
            (host, port)
        )
