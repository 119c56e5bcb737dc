"""An engine that answers: images, containers, pulls and pushes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import IO, Literal, Self

import docker
from docker.models.containers import Container as DockerContainer
from docker.tls import TLSConfig

from regnb import errors
from regnb.engine.connection import (
    ANSWER_TIMEOUT,
    EngineConnection,
    check_docker_config,
    flavour_of,
    knock,
)
from regnb.engine.containers import OWNER_LABEL, Container, ContainerSetup, is_path, mounts_of
from regnb.engine.failures import engine_errors
from regnb.engine.local_images import LocalImage, find_image, list_images, load_images, save_image
from regnb.engine.progress import Progress
from regnb.engine.registry_access import RegistryAccess
from regnb.oci import ImageReference, Platform
from regnb.oci.json import Json, as_list, as_object, as_text

FoundBy = Literal["choice", "environment", "context", "socket", "fallback"]

LOOPBACK = "127.0.0.1"
# A push is silent while the registry stores a large layer.
WORK_TIMEOUT = 120
_CONTAINERD_STORE = "io.containerd.snapshotter.v1"


class Engine:
    """A container engine reached through its Docker API; close it, or use it in a `with`.

    Every method raises EngineUnavailable, with the endpoint as subject, when the engine is gone.
    `passed_over` is why another one, which is on this machine too, was not taken.
    """

    passed_over: errors.EngineUnavailable | None = None

    def __init__(self, client: docker.DockerClient, *, endpoint: str, found_by: FoundBy) -> None:
        self.client = client
        self.endpoint = endpoint
        self.found_by = found_by
        self._connection = EngineConnection(client, endpoint)
        self._errors = self._connection.errors
        with self._errors():
            facts = as_object(client.version(), "the version")
        self.version = as_text(facts.get("Version"), "Version")
        self.api_version = as_text(facts.get("ApiVersion"), "ApiVersion")
        self.flavour = flavour_of(facts)
        self._registries = RegistryAccess(self._connection, self.flavour)
        self.platform = Platform(as_text(facts.get("Os"), "Os"), as_text(facts.get("Arch"), "Arch"))

    @classmethod
    def connect(
        cls,
        endpoint: str,
        *,
        found_by: FoundBy,
        tls: TLSConfig | bool = False,
        timeout: int = ANSWER_TIMEOUT,
    ) -> Self:
        """Engine that answers at `endpoint` within `timeout` seconds.

        Raises EngineUnavailable when none does, EngineDenied when the socket refuses this user,
        DockerConfigBroken.
        """
        knock(endpoint)
        check_docker_config()
        with engine_errors(endpoint, endpoint=endpoint, otherwise=errors.EngineUnavailable):
            client = docker.DockerClient(
                base_url=endpoint, version="auto", timeout=timeout, tls=tls
            )
        engine = cls(client, endpoint=endpoint, found_by=found_by)
        client.api.timeout = WORK_TIMEOUT
        return engine

    def close(self) -> None:
        """Close the connections to the engine."""
        self.client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def info(self) -> Json:
        """What the engine says of itself, asked anew.

        https://docs.docker.com/reference/api/engine/version/v1.51/#tag/System/operation/SystemInfo
        """
        with self._errors():
            return as_object(self.client.info(), "the description of the engine")

    @cached_property
    def has_containerd_store(self) -> bool:
        """Whether images live in containerd's store, which pushes OCI manifests.

        https://docs.docker.com/engine/storage/containerd/
        """
        pairs = as_list(self.info().get("DriverStatus"), "DriverStatus")
        return ["driver-type", _CONTAINERD_STORE] in pairs

    def trusts_loopback(self) -> bool:
        """Whether it speaks plain HTTP with registries on this machine: Podman only when told to.

        https://github.com/containers/image/blob/main/docs/containers-registries.conf.5.md
        """
        if self.flavour != "podman":
            return True
        registries = as_object(self.info().get("RegistryConfig") or {}, "RegistryConfig")
        known = as_object(registries.get("IndexConfigs") or {}, "IndexConfigs")
        return as_object(known.get("localhost") or {}, "a registry").get("Secure") is False

    def log_in(self, address: str, username: str, password: str) -> None:
        """Let pulls from and pushes to the registry `address` carry this password from now on.

        The engine tries it first: raises LoginRefused. It is kept in memory alone.
        """
        self._registries.log_in(address, username, password)

    def log_out(self, address: str) -> None:
        """Forget the password for the registry `address`."""
        self._registries.log_out(address)

    def pull(self, reference: ImageReference) -> Iterator[Progress]:
        """Progress of a pull of `reference`, which goes on as the iterator is read to its end.

        Raises ImageNotFound, HubUnreachable, HubRateLimited, LoopbackWantsTls or PullFailed.
        """
        return self._registries.pull(reference)

    def push(self, reference: ImageReference) -> Iterator[Progress]:
        """Progress of a push of `reference`, which goes on as the iterator is read to its end.

        Raises ImageNotFound when the engine has no such image, LoopbackWantsTls when it asks a
        registry of this machine for TLS, and PushFailed for all the rest.
        """
        return self._registries.push(reference)

    def tag(self, source: ImageReference, target: ImageReference) -> None:
        """Give the image `source` the name `target` too; raises ImageNotFound."""
        with self._errors(source.familiar):
            self.client.api.tag(source.familiar, target.name, target.tag)

    def images(self) -> list[LocalImage]:
        """Images of the engine, one per tag, sorted by name and tag."""
        return list_images(self._connection)

    def find_image(self, reference: ImageReference) -> LocalImage | None:
        """The image under this name, tag or digest; None when the engine does not hold it."""
        return find_image(self._connection, reference)

    def remove_image(self, reference: ImageReference) -> None:
        """Remove this name, and the image with its last one; raises ImageNotFound."""
        with self._errors(reference.familiar):
            self.client.api.remove_image(reference.familiar)

    def save(self, reference: ImageReference) -> Iterator[bytes]:
        """The tar, in blocks, of an image under its name; raises ImageNotFound."""
        return save_image(self._connection, reference)

    def load(self, file: IO[bytes]) -> list[str]:
        """Names of the images in the tar `file`, which the engine has now; raises EngineError."""
        return load_images(self._connection, file)

    def run_container(  # noqa: PLR0913 - the parts of one `docker run`
        self,
        image: ImageReference,
        *,
        name: str,
        host_port: int,
        container_port: int = 5000,
        labels: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        volumes: Mapping[str, str] | None = None,
    ) -> Container:
        """A new container that runs `image`, with `container_port` published on loopback.

        `volumes` maps a volume's name or a path of this machine to a path in the container, which
        may end in options as those of `docker run --volume` do: `/certs:ro`. Nothing
        is left of a container that did not start. Raises ImageNotFound (nothing is pulled),
        NameTaken, and PortTaken, whose subject is the port.
        """
        owned = {OWNER_LABEL: "true", **(labels or {})}
        try:
            with self._errors(image.familiar):
                self._make_volumes(volumes or {}, owned)
                created = self.client.containers.create(
                    image.familiar,
                    name=name,
                    ports={f"{container_port}/tcp": (LOOPBACK, host_port)},
                    labels=owned,
                    environment=dict(environment or {}),
                    volumes=mounts_of(volumes or {}),
                )
        except errors.NameTaken as error:
            raise self._taken(name, error) from error
        self._start(created, host_port)
        return self._existing(name)

    def run_to_end(
        self,
        image: ImageReference,
        command: Sequence[str],
        *,
        volumes_from: str = "",
        labels: Mapping[str, str] | None = None,
    ) -> tuple[int, str]:
        """Exit code and output of `command` in a new container, which is removed when it ends.

        It sees the volumes of the container `volumes_from`, if one is named. Raises ImageNotFound
        (nothing is pulled).
        """
        with self._errors(image.familiar):
            created = self.client.containers.create(
                image.familiar,
                list(command),
                labels={OWNER_LABEL: "true", **(labels or {})},
                volumes_from=[volumes_from] if volumes_from else [],
            )
        try:
            with self._errors(image.familiar):
                created.start()
                code = int(created.wait()["StatusCode"])
                output = created.logs().decode("utf-8", "replace")
        finally:
            with self._errors(image.familiar):
                created.remove(v=True, force=True)
        return code, output

    def start_container(self, name: str) -> None:
        """Start a stopped container of ours again.

        Raises ContainerNotFound, NameTaken for a container that regnb did not make, and PortTaken
        when its port has gone to another program meanwhile.
        """
        found = self._own(name)
        with self._errors(name):
            self.client.api.start(found.container_id)

    def restart_container(self, name: str) -> None:
        """Stop a container of ours and start it again, with its data and its settings.

        Raises ContainerNotFound, and NameTaken for a container that regnb did not make.
        """
        found = self._own(name)
        with self._errors(name):
            self.client.api.restart(found.container_id, timeout=1)

    def stop_container(self, name: str) -> None:
        """Stop a container of ours; nothing happens when it does not run.

        Raises ContainerNotFound, and NameTaken for a container that regnb did not make.
        """
        found = self._own(name)
        with self._errors(name):
            self.client.api.stop(found.container_id)
            # Docker's list says `running` until the end is written down: this waits for it.
            self.client.api.inspect_container(found.container_id)

    def containers(self, *, label: str | None = None) -> list[Container]:
        """Containers, also stopped ones, sorted by name.

        With `label` (`key` or `key=value`), those that carry it.
        """
        with self._errors():
            found = self.client.api.containers(all=True, filters={"label": label} if label else {})
        entries = as_list(found, "the list of containers")
        return sorted(map(Container.from_json, entries), key=lambda container: container.name)

    def container(self, name: str) -> Container | None:
        """The container called `name`, running or not; None when there is none."""
        return next((found for found in self.containers() if found.name == name), None)

    def setup_of(self, name: str) -> ContainerSetup:
        """What the container `name` was made with; raises ContainerNotFound."""
        with self._errors(name):
            return ContainerSetup.from_json(self.client.api.inspect_container(name))

    def logs(self, name: str, *, tail: int | None = None) -> str:
        """What the container wrote, both streams, or its last `tail` lines.

        Raises ContainerNotFound.
        """
        with self._errors(name):
            written = self.client.api.logs(name, tail="all" if tail is None else tail)
        return written.decode("utf-8", "replace")

    def archive(self, name: str, path: str) -> Iterator[bytes]:
        """The tar, in blocks, of the files at `path` in the container `name`, running or not.

        Raises ContainerNotFound; EngineError when there is no such path.
        """
        with self._errors(name):
            blocks, _ = self.client.api.get_archive(name, path)
            yield from blocks

    def remove_container(self, name: str) -> None:
        """Stop and remove a container of ours with its anonymous volumes.

        Raises ContainerNotFound, and NameTaken for a container that regnb did not make.
        """
        found = self._own(name)
        with self._errors(name):
            self.client.api.remove_container(found.container_id, v=True, force=True)

    def volumes(self, *, label: str | None = None) -> list[str]:
        """Names of the volumes, sorted; with `label` (`key` or `key=value`), of those with it."""
        filters = {"label": label} if label else {}
        with self._errors():
            return sorted(str(volume.name) for volume in self.client.volumes.list(filters=filters))

    def remove_volume(self, name: str) -> None:
        """Remove a volume of ours; raises NameTaken for one that regnb did not make."""
        if name not in self.volumes(label=OWNER_LABEL):
            raise errors.NameTaken(f"The volume `{name}` was not made by regnb.", subject=name)
        with self._errors(name):
            self.client.api.remove_volume(name)

    def _own(self, name: str) -> Container:
        found = self._existing(name)
        if not found.is_ours:
            raise errors.NameTaken(f"The container `{name}` was not made by regnb.", subject=name)
        return found

    def _existing(self, name: str) -> Container:
        found = self.container(name)
        if found is None:
            raise errors.ContainerNotFound(f"No container is called `{name}`.", subject=name)
        return found

    def _start(self, created: DockerContainer, host_port: int) -> None:
        try:
            with self._errors(str(created.name)):
                created.start()
        except errors.EngineError as error:
            # The engine leaves a container in the state `created` behind.
            with self._errors(str(created.name)):
                created.remove(v=True, force=True)
            if isinstance(error, errors.PortTaken):
                raise errors.PortTaken(error.message, subject=str(host_port)) from error
            raise

    def _taken(self, name: str, error: errors.NameTaken) -> errors.NameTaken:
        found = self.container(name)
        return errors.NameTaken(
            error.message, subject=name, ours=found is not None and found.is_ours
        )

    def _make_volumes(self, sources: Iterable[str], labels: Mapping[str, str]) -> None:
        # A volume that the engine makes on the way would have no label.
        for source in sources:
            if not is_path(source):
                self.client.volumes.create(source, labels=dict(labels))
