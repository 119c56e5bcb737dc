"""Where an image comes from: its registry; for Docker Hub also mirrors, and samples at the end.

Docker Hub counts pulls by address, and whole classes share one: when it says 429, the mirrors of
the official images are asked. When it cannot be used, for whatever reason that is the network's,
samples take its place. Where one machine serves the images of a class
(`regnb.embedded.remote.offline_hub`), it is asked first. Whichever it is, and why, is said.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

from regnb.embedded.daemon_settings import Settings
from regnb.embedded.refusal import Refusal
from regnb.embedded.remote.docker_messages import (
    access_denied,
    hub_refusal,
    offering,
    pull_refusal,
    registry_refusal,
)
from regnb.embedded.remote.hub_problems import in_time, own_address, reason_of
from regnb.embedded.remote.registries import Registries
from regnb.embedded.samples import SampleRegistry, offered
from regnb.errors import NotFound, RegistryError, RegnbError, TooManyRequests
from regnb.errors.hub_reasons import HUB_HOST, Reason
from regnb.oci import Hasher, ImageReference, Manifest
from regnb.oci.reference import DOCKER_HUB, OFFICIAL_NAMESPACE
from regnb.registry import Credentials, RegistryClient

SAMPLES, HUB_ONLY = "samples", "hub"
_HUB_TIMEOUT = 6.0
# What does not answer takes long to say so: it is not asked again for a while.
_FORGET_AFTER = 60.0


T = TypeVar("T")


class PullClient(Protocol):
    """The methods of a registry client that a pull needs."""

    def get_manifest(self, repository: str, reference: str) -> Manifest:
        """Manifest or index by tag or digest."""

    def get_blob(self, repository: str, digest: str) -> bytes:
        """A small blob."""

    def stream_blob(
        self, repository: str, digest: str, *, start: int = 0, hasher: Hasher | None = None
    ) -> Iterator[bytes]:
        """A blob from the byte `start` on; `hasher` has taken what is before."""

    def list_tags(self, repository: str) -> list[str]:
        """Tags of a repository."""


@dataclass(frozen=True, slots=True)
class PullSource:
    """Where to pull from: `repository` is its name there, `note` what the learner is to know.

    `reason` is why samples are there; `top` is what was asked for, where finding has brought it.
    """

    client: PullClient
    repository: str
    registry: str
    note: str = ""
    reason: Reason | None = None
    top: Manifest | None = None

    def get_top(self, reference: str) -> Manifest:
        """Manifest or index `reference`; what finding this place has brought counts as asked for.

        Raises RegnbError.
        """
        if self.top is not None:
            return self.top
        return self.ask(lambda: self.client.get_manifest(self.repository, reference))

    def ask(self, what: Callable[[], T]) -> T:
        """What `what` gets from the client; Docker Hub has not for ever to give it.

        Raises RegistryTimedOut when it takes longer.
        """
        return in_time(what, HUB_HOST) if self.registry == DOCKER_HUB else what()


@dataclass(frozen=True, slots=True)
class HubPlaces:
    """Docker Hub, and the mirrors of its official images: URLs and what stands before a name.

    https://cloud.google.com/artifact-registry/docs/pull-cached-dockerhub-images and
    https://gallery.ecr.aws/docker
    """

    host: str = DOCKER_HUB
    mirrors: tuple[tuple[str, str], ...] = (
        ("https://mirror.gcr.io", ""),
        ("https://public.ecr.aws", "docker/"),
    )


class PullSources:
    """Finds where to pull an image from.

    `choice` is `samples`, `hub`, empty for both, or the URL of what takes Docker Hub's place.
    """

    def __init__(
        self,
        registries: Registries,
        settings: Callable[[], Settings],
        choice: str,
        places: HubPlaces,
    ) -> None:
        self._registries = registries
        self._settings = settings
        self._choice = choice
        self._places = places
        self._failed: tuple[float, str, Refusal, Reason] | None = None

    def find(self, reference: ImageReference, credentials: Credentials | None) -> PullSource:
        """Where `reference` is to be had; raises Refusal (404, 500)."""
        if reference.registry != DOCKER_HUB:
            try:
                client = self._registries.open(reference.registry, credentials)
            except RegistryError as error:
                raise registry_refusal(error) from error
            return PullSource(client, reference.repository, reference.registry)
        if self._choice == SAMPLES:
            return _sample(reference, Reason("choice"))
        return (
            self._of_class_hub(reference)
            or self._of_mirror(reference)
            or self._of_hub(reference, credentials)
        )

    def ask(
        self,
        reference: ImageReference,
        credentials: Credentials | None,
        what: Callable[[PullSource], T],
    ) -> T:
        """What `what` gets from where `reference` is to be had, or from what takes its place.

        Raises Refusal.
        """
        source = self.find(reference, credentials)
        while True:
            try:
                return what(source)
            except Refusal:
                raise
            except RegnbError as error:
                source = self.instead_of(source, reference, error)

    def _of_class_hub(self, reference: ImageReference) -> PullSource | None:
        if "://" not in self._choice:
            return None
        host = self._choice.partition("://")[2]
        note = f"As REGNB_HUB says: this image comes from {host}"
        return self._asked(self._choice, reference.repository, reference, note)

    def _of_mirror(self, reference: ImageReference) -> PullSource | None:
        """The first of the `registry-mirrors` that has it; Docker asks them before Docker Hub."""
        for url in self._settings().registry_mirrors:
            found = self._asked(url, reference.repository, reference, "")
            if found:
                return found
        return None

    def _of_hub(self, reference: ImageReference, credentials: Credentials | None) -> PullSource:
        lately = self._lately()
        if lately:
            return self._sample_or(reference, *lately)
        try:
            return in_time(lambda: self._opened(reference, credentials), self._hub)
        except Refusal:
            raise
        except RegnbError as error:
            return self._instead(reference, error)

    def _opened(self, reference: ImageReference, credentials: Credentials | None) -> PullSource:
        client = self._registries.open(self._places.host, credentials, timeout=_HUB_TIMEOUT)
        top = client.get_manifest(reference.repository, reference.reference)
        return PullSource(client, reference.repository, DOCKER_HUB, top=top)

    def instead_of(
        self, source: PullSource, reference: ImageReference, error: RegnbError
    ) -> PullSource:
        """Where to pull from when `source`, of Docker Hub, has failed after all.

        Raises Refusal, that for `error`, when there is nothing else.
        """
        if source.registry == DOCKER_HUB:
            return self._instead(reference, error)
        raise refusal_for(error, reference) from error

    def _instead(self, reference: ImageReference, error: RegnbError) -> PullSource:
        if isinstance(error, TooManyRequests):
            return self._when_limited(reference, error)
        reason = reason_of(error, self._hub, self._registries.place_of)
        if reason is None:
            raise refusal_for(error, reference) from error
        refusal = hub_refusal(error, reason)
        self._failed = time.monotonic(), own_address(), refusal, reason
        return self._sample_or(reference, refusal, reason)

    def _when_limited(self, reference: ImageReference, error: TooManyRequests) -> PullSource:
        if reference.repository.startswith(f"{OFFICIAL_NAMESPACE}/"):
            for url, prefix in self._places.mirrors:
                repository = prefix + reference.repository
                host = url.partition("://")[2]
                note = f"The pull limit of Docker Hub is reached: this image comes from {host}"
                found = self._asked(url, repository, reference, note)
                if found:
                    return found
        return self._sample_or(reference, pull_refusal(error, reference), Reason("limit"))

    def _sample_or(self, reference: ImageReference, refusal: Refusal, reason: Reason) -> PullSource:
        if self._choice == HUB_ONLY:
            raise refusal
        try:
            return _sample(reference, reason)
        except Refusal:
            raise _with_offer(refusal, reference) from None

    def _lately(self) -> tuple[Refusal, Reason] | None:
        """Why the Hub could not be used a moment ago, from the same network."""
        if self._failed is None:
            return None
        moment, address, refusal, reason = self._failed
        if time.monotonic() - moment < _FORGET_AFTER and address == own_address():
            return refusal, reason
        return None

    @property
    def _hub(self) -> str:
        return HUB_HOST if self._places.host == DOCKER_HUB else self._places.host

    def _asked(
        self, url: str, repository: str, reference: ImageReference, note: str
    ) -> PullSource | None:
        """The registry at `url` when it has the image; whatever else it says, it is passed over."""
        host = url.partition("://")[2]
        try:
            client, top = in_time(lambda: self._opened_mirror(url, repository, reference), host)
        except RegnbError:
            return None
        return PullSource(client, repository, host, note, top=top)

    def _opened_mirror(
        self, url: str, repository: str, reference: ImageReference
    ) -> tuple[RegistryClient, Manifest]:
        client = self._registries.open_mirror(url, timeout=_HUB_TIMEOUT)
        return client, client.get_manifest(repository, reference.reference)


def refusal_for(error: RegnbError, reference: ImageReference) -> Refusal:
    """`error` of a pull of `reference` as the answer to a client."""
    if isinstance(error, RegistryError):
        return pull_refusal(error, reference)
    return Refusal(500, str(error))


def _sample(reference: ImageReference, reason: Reason) -> PullSource:
    samples = SampleRegistry()
    try:
        top = samples.get_manifest(reference.repository, reference.reference)
    except NotFound as error:
        there = samples.list_tags(reference.repository)
        refusal = pull_refusal(error, reference) if there else access_denied(reference)
        raise _with_offer(refusal, reference) from error
    note = f"Not from Docker Hub ({reason}): this is a sample image of regnb"
    return PullSource(samples, reference.repository, SAMPLES, note, reason, top)


def _with_offer(refusal: Refusal, reference: ImageReference) -> Refusal:
    """`refusal`, and the samples that there are."""
    return Refusal(refusal.status, offering(refusal.message, offered(reference.repository)))
