"""What an engine does with registries: logging in, pulling and pushing."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import docker.errors
from docker.auth import AuthConfig, get_config_header

from regnb.engine.connection import EngineConnection, Flavour
from regnb.engine.failures import explained
from regnb.engine.local_images import digests_in, find_image, list_images
from regnb.engine.progress import Progress, read_progress
from regnb.errors import (
    EngineError,
    HubUnreachable,
    LoginRefused,
    LoopbackWantsTls,
    PullFailed,
    PushFailed,
)
from regnb.errors.messages import meaning_of
from regnb.oci import Digest, ImageReference
from regnb.oci.reference import DOCKER_HUB
from regnb.outgoing import is_loopback

_LOGINS = "_auth_configs"


class RegistryAccess:
    """The way of an engine to registries, with the passwords that it was told."""

    def __init__(self, connection: EngineConnection, flavour: Flavour) -> None:
        self._connection = connection
        self._api = connection.client.api
        self._flavour = flavour
        self._logins: dict[str, dict[str, str]] = {}

    def log_in(self, address: str, username: str, password: str) -> None:
        """Let pulls from and pushes to the registry `address` carry this password from now on.

        The engine tries it first: raises LoginRefused. It is kept in memory alone.
        """
        try:
            with self._connection.errors(address, LoginRefused), self._without_own_logins(address):
                self._api.login(username, password, registry=address, reauth=True)
        except EngineError as error:
            error.user = username
            raise
        self._logins[address] = {"username": username, "password": password}

    @contextmanager
    def _without_own_logins(self, address: str) -> Iterator[None]:
        """Let the SDK not look for what the learner typed for `address`, by a helper for one."""
        parts = vars(self._api)  # it has no option for this
        known, parts[_LOGINS] = parts[_LOGINS], AuthConfig({"auths": {address: {}}})
        try:
            yield
        finally:
            parts[_LOGINS] = known

    def log_out(self, address: str) -> None:
        """Forget the password for the registry `address`."""
        self._logins.pop(address, None)

    def pull(self, reference: ImageReference) -> Iterator[Progress]:
        """Progress of a pull of `reference`, which goes on as the iterator is read to its end.

        Raises ImageNotFound, HubUnreachable, HubRateLimited, LoopbackWantsTls or PullFailed.
        """
        subject = reference.familiar
        # Podman tells no digest: it is the one that the image did not have before.
        known = digests_in(list_images(self._connection)) if self._flavour == "podman" else None
        with self._moving(reference, PullFailed):
            lines = self._api.pull(
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
            lines = self._api.push(
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

    def _login_for(self, reference: ImageReference) -> dict[str, str] | None:
        """What was logged in with; for Docker Hub None, and the SDK reads the learner's own file.

        Elsewhere that file would make the lab depend on what the learner once typed.
        """
        if reference.registry == DOCKER_HUB:
            return None if self._has_readable_login() else {}
        return self._logins.get(reference.registry, {})

    def _has_readable_login(self) -> bool:
        """Whether the SDK can read it; else it goes on without, as the docker command does.

        A helper for passwords may be named that is not installed.
        """
        with warnings.catch_warnings(), suppress(docker.errors.DockerException):
            warnings.simplefilter("ignore")
            get_config_header(self._api, DOCKER_HUB)
            return True
        return False

    def _digest_of_pulled(self, reference: ImageReference, known: set[str]) -> Iterator[Progress]:
        image = find_image(self._connection, reference)
        digests = digests_in([image] if image else [])
        candidates = digests - known or digests
        if len(candidates) == 1:
            digest = Digest(candidates.pop())
            yield Progress("", f"Digest: {digest}", digest=digest)

    @contextmanager
    def _moving(self, reference: ImageReference, failed: type[EngineError]) -> Iterator[None]:
        try:
            with self._connection.errors(reference.familiar, failed):
                yield
        except EngineError as error:
            error.user = (self._login_for(reference) or {}).get("username", "")
            host = reference.registry.rpartition(":")[0] or reference.registry
            if meaning_of(error.message) == "http_response" and is_loopback(host):
                raise LoopbackWantsTls(error.message, subject=reference.registry) from error
            if isinstance(error, HubUnreachable) and reference.registry == DOCKER_HUB:
                raise explained(error, self._connection.client, self._flavour) from error
            raise
