"""Finding the engine of this machine, in the order in which the docker command looks.

What the user set decides alone: an explicit choice, `DOCKER_HOST`, the docker context. Without any,
the sockets where engines are known to listen are tried one after another. Where none answers, the
embedded engine takes their place: it is started, and left running for other notebooks. So it does
where the docker context names an engine that does not answer: installing one sets it, not the user.
"""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import docker.errors
from docker.context import ContextAPI
from docker.context.config import get_current_context_name
from docker.tls import TLSConfig
from docker.utils import kwargs_from_env

from regnb import errors
from regnb.engine.connection import UNIX, refuse_remote
from regnb.engine.engine import Engine, FoundBy
from regnb.engine.installed import installed_engine
from regnb.outgoing import spare_loopback

CHOICE = "REGNB_ENGINE"
EMBEDDED = "embedded"
SYSTEM_DOCKER_SOCKET = Path("/var/run/docker.sock")
SYSTEM_PODMAN_SOCKET = Path("/run/podman/podman.sock")
_PIPE = "npipe://"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An endpoint where an engine may listen, and who said so."""

    endpoint: str
    found_by: FoundBy
    tls: TLSConfig | bool = False


def find_engine(choice: str | None = None, environment: Mapping[str, str] = os.environ) -> Engine:
    """The engine to use: `choice` (`docker`, `podman`, `embedded`, an endpoint's URL), else any.

    Raises EngineUnavailable when there is none, EngineNotStarted when one is only installed,
    ContextUnreadable for a docker context that is broken and chosen by its variable,
    EngineNotReady when it is starting, EngineUnreachable when the one that the settings name does
    not answer, EngineDenied when its socket refuses this user, EngineRemote when it is on another
    machine. Proxies of the environment are kept away from this machine from then on.
    """
    spare_loopback()
    choice = choice or environment.get(CHOICE) or ""
    if choice == EMBEDDED:
        return _embedded("choice", environment)
    try:
        named = _named(choice, environment)
    except errors.ContextUnreadable as error:
        if choice or "DOCKER_CONTEXT" in environment:
            raise
        return _first_that_answers(choice, environment, error)
    if named is None:
        return _first_that_answers(choice, environment)
    try:
        return _open_named(named, environment)
    except (errors.EngineDenied, errors.EngineNotReady, errors.EngineUnreachable) as error:
        is_chosen = bool(choice) or named.found_by != "context" or "DOCKER_CONTEXT" in environment
        told: errors.EngineUnavailable = error
        if isinstance(error, errors.EngineUnreachable):
            told = _not_started(choice, environment, named.endpoint, is_chosen) or error
        if is_chosen:
            raise told from error
        return _first_that_answers(choice, environment, told)


def _named(choice: str, environment: Mapping[str, str]) -> Candidate | None:
    """The endpoint that a setting names; None when the sockets are to be tried."""
    if "://" in choice:
        return Candidate(choice, "choice")
    if choice == "podman":
        return _from_variable("CONTAINER_HOST", environment)
    if choice not in {"", "docker"}:
        raise errors.EngineUnreachable(f"`{choice}` is no engine that regnb knows.", subject=choice)
    return _from_docker_host(environment) or _from_context(environment)


def _from_variable(name: str, environment: Mapping[str, str]) -> Candidate | None:
    endpoint = environment.get(name)
    return Candidate(endpoint, "environment") if endpoint else None


def _from_docker_host(environment: Mapping[str, str]) -> Candidate | None:
    endpoint = environment.get("DOCKER_HOST")
    if not endpoint:
        return None
    try:
        tls = kwargs_from_env(environment=environment).get("tls", False)
    except docker.errors.TLSParameterError as error:
        raise errors.EngineUnreachable(str(error), subject=endpoint) from error
    return Candidate(endpoint, "environment", tls or False)


def _from_context(environment: Mapping[str, str]) -> Candidate | None:
    """The endpoint of the current docker context, unless that is the default one.

    Read here and not by `docker.from_env`: docker 7.1 ignores contexts, 7.2 follows them.
    """
    name = environment.get("DOCKER_CONTEXT") or str(get_current_context_name())
    try:
        context = ContextAPI.get_context(name)
        host, tls = context.Host, context.tls_cfg.get("docker", False)
        if context.name == "default" or not host:
            return None
        refuse_remote(host)
    except errors.EngineRemote:
        raise
    except Exception as error:  # of any kind: the SDK takes its files to be as they should be
        raise errors.ContextUnreadable(str(error), subject=name) from error
    return Candidate(host, "context", tls)


def _open_named(candidate: Candidate, environment: Mapping[str, str]) -> Engine:
    refuse_remote(candidate.endpoint)
    if _is_embedded(candidate.endpoint, environment):
        return _embedded(candidate.found_by, environment)
    try:
        return _connect(candidate)
    except (errors.EngineDenied, errors.EngineNotReady):
        raise
    except errors.EngineUnavailable as error:
        raise errors.EngineUnreachable(error.message, subject=candidate.endpoint) from error


def _first_that_answers(
    choice: str, environment: Mapping[str, str], passed_over: errors.EngineUnavailable | None = None
) -> Engine:
    """The first engine that answers, else the embedded one unless `choice` wants no other.

    What is `passed_over` then, as an engine that refuses this user or is not started, is told.
    """
    silent = ""
    for endpoint in known_endpoints(choice, environment):
        try:
            engine = _connect(Candidate(endpoint, "socket"))
        except (errors.EngineDenied, errors.EngineNotReady) as error:
            passed_over = passed_over or error
        except errors.EngineUnavailable:
            silent = silent or endpoint
        else:
            engine.passed_over = passed_over
            return engine
    passed_over = passed_over or _not_started(choice, environment, "", bool(choice))
    if choice or (passed_over and sys.platform == "win32"):
        raise passed_over or errors.EngineUnavailable(
            "No container engine was found.", subject=silent
        )
    engine = _embedded("fallback", environment)
    engine.passed_over = passed_over
    return engine


def _not_started(
    choice: str, environment: Mapping[str, str], endpoint: str, is_chosen: bool
) -> errors.EngineNotStarted | None:
    """The engine at `endpoint`, or any, that is only installed; None when none is known to be."""
    flavour = choice if choice in {"docker", "podman"} else ""
    found = installed_engine(environment, flavour=flavour, endpoint=endpoint)
    if found is None:
        return None
    goes_without = is_chosen and sys.platform != "win32"
    return errors.EngineNotStarted(found.product, found.command, goes_without=goes_without)


def _is_embedded(endpoint: str, environment: Mapping[str, str]) -> bool:
    """Whether it is where this user's embedded engine listens when it runs."""
    if sys.platform == "win32":
        return False
    from regnb.embedded.background import Place  # noqa: PLC0415 - not there on Windows

    return endpoint == Place.default(environment).endpoint


def _embedded(found_by: FoundBy, environment: Mapping[str, str]) -> Engine:
    """The embedded engine, started if need be; raises EngineUnavailable."""
    from regnb.embedded import background  # noqa: PLC0415 - others do without it

    place = background.Place.default(environment)
    background.start(place)
    return _connect(Candidate(place.endpoint, found_by))


def known_endpoints(choice: str, environment: Mapping[str, str]) -> Iterator[str]:
    """Endpoints of sockets that exist on this machine, Docker's before Podman's."""
    if sys.platform == "win32":
        pipes = {
            "docker": ["docker_engine", "dockerDesktopLinuxEngine"],
            "podman": ["podman-machine-default"],
        }
        for flavour in [choice] if choice else pipes:
            yield from (f"{_PIPE}//./pipe/{name}" for name in pipes[flavour])
        return
    sockets = {"docker": _docker_sockets, "podman": _podman_sockets}
    for flavour in [choice] if choice else sockets:
        yield from (f"{UNIX}{path}" for path in sockets[flavour](environment) if _is_socket(path))


def _docker_sockets(environment: Mapping[str, str]) -> list[Path]:
    home = _home(environment)
    return [
        SYSTEM_DOCKER_SOCKET,
        home / ".docker/run/docker.sock",
        home / ".docker/desktop/docker.sock",
        _runtime_directory(environment) / "docker.sock",
        home / ".orbstack/run/docker.sock",
        home / ".colima/default/docker.sock",
        home / ".config/colima/default/docker.sock",
        home / ".rd/docker.sock",
    ]


def _podman_sockets(environment: Mapping[str, str]) -> list[Path]:
    return [
        _runtime_directory(environment) / "podman/podman.sock",
        _home(environment) / ".local/share/containers/podman/machine/podman.sock",
        Path(tempfile.gettempdir()) / "podman/podman-machine-default-api.sock",
        SYSTEM_PODMAN_SOCKET,
    ]


def _home(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("HOME") or Path.home())


def _runtime_directory(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}")


def _is_socket(path: Path) -> bool:
    # A folder that this user may not enter is as good as no socket: it is not meant for them.
    try:
        return stat.S_ISSOCK(path.stat().st_mode)
    except OSError:
        return False


def _connect(candidate: Candidate) -> Engine:
    return Engine.connect(candidate.endpoint, found_by=candidate.found_by, tls=candidate.tls)
