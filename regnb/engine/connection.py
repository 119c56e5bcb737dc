"""The connection to an engine: its endpoint, whether anything listens there, and what answers."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import docker
import docker.errors
from docker.constants import MINIMUM_DOCKER_API_VERSION
from docker.utils import parse_host
from docker.utils.config import find_config_file

from regnb.engine.failures import engine_errors
from regnb.errors import (
    DockerConfigBroken,
    EngineDenied,
    EngineError,
    EngineNotReady,
    EngineRemote,
    EngineUnavailable,
    EngineUnreachable,
)
from regnb.oci.json import Json, as_list, as_object, as_text
from regnb.outgoing import is_loopback

Flavour = Literal["docker", "podman", "embedded"]

UNIX = "unix://"
# Docker Desktop takes seconds to wake up; a socket that hangs must not take longer.
ANSWER_TIMEOUT = 5
_BY_NAME: dict[str, Flavour] = {"Podman Engine": "podman", "regnb's embedded engine": "embedded"}


@dataclass(frozen=True, slots=True)
class EngineConnection:
    """The SDK's client of the engine at `endpoint`."""

    client: docker.DockerClient
    endpoint: str

    @contextmanager
    def errors(
        self, subject: str = "", otherwise: type[EngineError] = EngineError
    ) -> Iterator[None]:
        """Raise what the SDK reports inside the block as one of our errors, about `subject`."""
        knock(self.endpoint)
        with engine_errors(subject, endpoint=self.endpoint, otherwise=otherwise):
            yield


def refuse_remote(endpoint: str) -> None:
    """Raise EngineRemote for an endpoint whose `localhost` is not this machine's."""
    try:
        parts = urlsplit(str(parse_host(endpoint)))
    except (ValueError, docker.errors.DockerException) as error:
        raise EngineUnreachable(str(error), subject=endpoint) from error
    is_network = parts.scheme in {"http", "https"}
    if parts.scheme == "ssh" or (is_network and not is_loopback(parts.hostname or "localhost")):
        raise EngineRemote(f"The engine at `{endpoint}` is on another machine.", subject=endpoint)


def check_docker_config() -> None:
    """Raise DockerConfigBroken when the SDK stumbles over it, as it does in many ways."""
    try:
        # With a version, nothing is asked of anybody.
        docker.APIClient(base_url="http://localhost:1", version=MINIMUM_DOCKER_API_VERSION).close()
    except Exception as error:
        raise DockerConfigBroken(str(error), subject=str(find_config_file())) from error


def knock(endpoint: str) -> None:
    """Raise EngineDenied or EngineUnavailable when a Unix socket accepts no connection.

    The SDK never closes a socket that could not connect, so it is not sent to one like that.
    """
    if not endpoint.startswith(UNIX):
        return
    path = endpoint.removeprefix(UNIX)
    if not hasattr(socket, "AF_UNIX"):
        raise EngineUnavailable("There are no Unix sockets on this system.", subject=endpoint)
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(ANSWER_TIMEOUT)
        try:
            probe.connect(path)
        except PermissionError as error:
            raise EngineDenied(str(error), subject=path) from error
        except TimeoutError as error:
            raise EngineNotReady(str(error), subject=endpoint) from error
        except OSError as error:
            raise EngineUnavailable(str(error), subject=endpoint) from error


def flavour_of(version: Json) -> Flavour:
    """The flavour of the engine that answered `version`; Docker when no name says otherwise.

    https://docs.docker.com/reference/api/engine/version/v1.51/#tag/System/operation/SystemVersion
    """
    named = [version.get("Platform") or {}, *as_list(version.get("Components"), "Components")]
    names = [as_text(as_object(one, "a component").get("Name"), "Name") for one in named]
    return next((_BY_NAME[name] for name in names if name in _BY_NAME), "docker")
