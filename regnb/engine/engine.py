"""An engine that answers: images, containers, pulls and pushes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Literal, Self

import docker
from docker.models.containers import Container as DockerContainer
from docker.tls import TLSConfig

from regnb.engine.containers import OWNER_LABEL, Container, ContainerSetup
from regnb.engine.endpoint import ANSWER_TIMEOUT, knock
from regnb.engine.explanation import explained
from regnb.engine.failures import engine_errors
from regnb.engine.flavour import flavour_of
from regnb.engine.images import LocalImage, digests_in, images_in, inspected_image
from regnb.engine.mounts import is_path, mounts_of
from regnb.engine.progress import Progress, read_progress
from regnb.engine.tars import TarMethods
from regnb.errors import (
    ContainerNotFound,
    EngineError,
    EngineUnavailable,
    HubUnreachable,
    ImageNotFound,
    LoginRefused,
    LoopbackWantsTls,
    NameTaken,
    PortTaken,
    PullFailed,
    PushFailed,
)
from regnb.errors.messages import meaning_of
from regnb.oci import Digest, ImageReference, Platform
from regnb.oci.json import Json, as_list, as_object, as_text
from regnb.oci.reference import DOCKER_HUB
from regnb.outgoing import is_loopback

FoundBy = Literal["choice", "environment", "context", "socket", "fallback"]

LOOPBACK = "127.0.0.1"
# A push is silent while the registry stores a large layer.
WORK_TIMEOUT = 120
_CONTAINERD_STORE = "io.containerd.snapshotter.v1"


class Engine(TarMethods):
    """A container engine reached through its Docker API; close it, or use it in a `with`.

    Every method raises EngineUnavailable, with the endpoint as subject, when the engine is gone.
    `passed_over` is why another one, which is on this machine too, was not taken.
    """

    passed_over: EngineUnavailable | None = None

    def __init__(self, client: docker.DockerClient, *, endpoint: str, found_by: FoundBy) -> None:
        self.client = client
        self.endpoint = endpoint
        self.found_by = found_by
        self._logins: dict[str, dict[str, str]] = {}
        with self._errors():
            facts = as_object(client.version(), "the version")
        self.version = as_text(facts.get("Version"), "Version")
        self.api_version = as_text(facts.get("ApiVersion"), "ApiVersion")
        self.flavour = flavour_of(facts)
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

        Raises EngineUnavailable when none does, EngineDenied when the socket refuses this user.
        """
        knock(endpoint)
        with engine_errors(endpoint, endpoint=endpoint, otherwise=EngineUnavailable):
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
        try:
            with self._errors(address, LoginRefused):
                self.client.api.login(username, password, registry=address, reauth=True)
        except EngineError as error:
            error.user = username
            raise
        self._logins[address] = {"username": username, "password": password}

    def log_out(self, address: str) -> None:
        """Forget the password for the registry `address`."""
        self._logins.pop(address, None)

    def pull(self, reference: ImageReference) -> Iterator[Progress]:
        """Progress of a pull of `reference`, which goes on as the iterator is read to its end.

        Raises ImageNotFound, HubUnreachable, HubRateLimited, LoopbackWantsTls or PullFailed.
        """
        subject = reference.familiar
        # Podman tells no digest: it is the one that the image did not have before.
        known = digests_in(self.images()) if self.flavour == "podman" else None
        with self._moving(reference, PullFailed):
            lines = self.client.api.pull(
                reference.name,
                tag=reference.reference,
                stream=True,
                decode=True,
                auth_config=self._login_for(reference),
            )
            yield from read_progress(lines, subject=subject, failed=PullFailed)
        if known is not None:
            yield from self._digest_of_pulled(reference, known)

    def push(self, reference: ImageReference) -> Iterator[Progress]:
        """Progress of a push of `reference`, which goes on as the iterator is read to its end.

        Raises ImageNotFound when the engine has no such image, LoopbackWantsTls when it asks a
        registry of this machine for TLS, and PushFailed for all the rest.
        """
        subject = reference.familiar
        with self._moving(reference, PushFailed):
            lines = self.client.api.push(
                reference.name,
                tag=reference.tag,
                stream=True,
                decode=True,
                auth_config=self._login_for(reference),
            )
            confirmed = False
            for event in read_progress(lines, subject=subject, failed=PushFailed):
                confirmed = confirmed or event.digest is not None
                yield event
        if not confirmed:
            raise PushFailed("The engine ended the push before it was whole.", subject=subject)

    def tag(self, source: ImageReference, target: ImageReference) -> None:
        """Give the image `source` the name `target` too; raises ImageNotFound."""
        with self._errors(source.familiar):
            self.client.api.tag(source.familiar, target.name, target.tag)

    def images(self) -> list[LocalImage]:
        """Images of the engine, one per tag, sorted by name and tag."""
        with self._errors():
            return images_in(self.client.api.images())

    def find_image(self, reference: ImageReference) -> LocalImage | None:
        """The image under this name, tag or digest; None when the engine does not hold it."""
        try:
            with self._errors(reference.familiar):
                found = self.client.images.get(reference.familiar).attrs
        except ImageNotFound:
            return None
        return inspected_image(found, reference)

    def remove_image(self, reference: ImageReference) -> None:
        """Remove this name, and the image with its last one; raises ImageNotFound."""
        with self._errors(reference.familiar):
            self.client.api.remove_image(reference.familiar)

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
        except NameTaken as error:
            raise self._taken(name, error) from error
        self._start(created, host_port)
        return self._existing(name)

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
            raise NameTaken(f"The volume `{name}` was not made by regnb.", subject=name)
        with self._errors(name):
            self.client.api.remove_volume(name)

    def _login_for(self, reference: ImageReference) -> dict[str, str] | None:
        """What was logged in with; for Docker Hub None, and the SDK reads the learner's own file.

        Elsewhere that file would make the lab depend on what the learner once typed.
        """
        if reference.registry == DOCKER_HUB:
            return None
        return self._logins.get(reference.registry, {})

    def _digest_of_pulled(self, reference: ImageReference, known: set[str]) -> Iterator[Progress]:
        image = self.find_image(reference)
        digests = digests_in([image] if image else [])
        candidates = digests - known or digests
        if len(candidates) == 1:
            digest = Digest(candidates.pop())
            yield Progress("", f"Digest: {digest}", digest=digest)

    def _own(self, name: str) -> Container:
        found = self._existing(name)
        if not found.is_ours:
            raise NameTaken(f"The container `{name}` was not made by regnb.", subject=name)
        return found

    def _existing(self, name: str) -> Container:
        found = self.container(name)
        if found is None:
            raise ContainerNotFound(f"No container is called `{name}`.", subject=name)
        return found

    def _start(self, created: DockerContainer, host_port: int) -> None:
        try:
            with self._errors(str(created.name)):
                created.start()
        except EngineError as error:
            # The engine leaves a container in the state `created` behind.
            with self._errors(str(created.name)):
                created.remove(v=True, force=True)
            if isinstance(error, PortTaken):
                raise PortTaken(error.message, subject=str(host_port)) from error
            raise

    def _taken(self, name: str, error: NameTaken) -> NameTaken:
        found = self.container(name)
        return NameTaken(error.message, subject=name, ours=found is not None and found.is_ours)

    def _make_volumes(self, sources: Iterable[str], labels: Mapping[str, str]) -> None:
        # A volume that the engine makes on the way would have no label.
        for source in sources:
            if not is_path(source):
                self.client.volumes.create(source, labels=dict(labels))

    @contextmanager
    def _moving(self, reference: ImageReference, failed: type[EngineError]) -> Iterator[None]:
        try:
            with self._errors(reference.familiar, failed):
                yield
        except EngineError as error:
            error.user = (self._login_for(reference) or {}).get("username", "")
            host = reference.registry.rpartition(":")[0] or reference.registry
            if meaning_of(error.message) == "http_response" and is_loopback(host):
                raise LoopbackWantsTls(error.message, subject=reference.registry) from error
            if isinstance(error, HubUnreachable) and reference.registry == DOCKER_HUB:
                raise explained(error, self.client, self.flavour) from error
            raise

    @contextmanager
    def _errors(
        self, subject: str = "", otherwise: type[EngineError] = EngineError
    ) -> Iterator[None]:
        knock(self.endpoint)
        with engine_errors(subject, endpoint=self.endpoint, otherwise=otherwise):
            yield
