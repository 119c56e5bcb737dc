"""From what an engine and its SDK report to the errors of regnb.

The engine has few codes: what went wrong stands in its text, see `regnb.engine.words`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import docker.errors
import requests
import urllib3.exceptions

from regnb.engine.words import meaning_of
from regnb.errors import (
    ContainerNotFound,
    EngineDenied,
    EngineError,
    EngineUnavailable,
    HubRateLimited,
    HubUnreachable,
    ImageNotFound,
    NameTaken,
    PortTaken,
    PullFailed,
    PushFailed,
)

# Everything that the SDK lets through: its own errors, those of its HTTP libraries and of sockets.
SDK_ERRORS = (
    docker.errors.DockerException,
    docker.errors.StreamParseError,
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    OSError,
)

# What a meaning is to regnb, for what the engine was about to do.
_WHILE_PUSHING: dict[str, type[EngineError]] = {"no_local_image": ImageNotFound}
_WHILE_PULLING: dict[str, type[EngineError]] = {
    "rate_limited": HubRateLimited,
    "unreachable": HubUnreachable,
    "no_such_tag": ImageNotFound,
    "denied": ImageNotFound,  # what Docker Hub says of an image that does not exist
}
_OTHERWISE: dict[str, type[EngineError]] = {
    "port_taken": PortTaken,
    "name_taken": NameTaken,
    "no_container": ContainerNotFound,
    "no_local_image": ImageNotFound,
}


def failure(message: str, *, subject: str, otherwise: type[EngineError]) -> EngineError:
    """The error that fits the engine's `message` about `subject`, else an `otherwise`.

    A push tells of its registry's refusals as PushFailed, whatever the cause.
    """
    kinds = _OTHERWISE
    if issubclass(otherwise, PushFailed):
        kinds = _WHILE_PUSHING
    elif issubclass(otherwise, PullFailed):
        kinds = _WHILE_PULLING
    return kinds.get(meaning_of(message) or "", otherwise)(message, subject=subject)


@contextmanager
def engine_errors(
    subject: str, *, endpoint: str, otherwise: type[EngineError] = EngineError
) -> Iterator[None]:
    """Raise what the SDK reports inside the block as one of our errors, about `subject`."""
    try:
        yield
    except SDK_ERRORS as error:
        raise translated(error, subject, endpoint=endpoint, otherwise=otherwise) from error


def translated(
    error: BaseException,
    subject: str,
    *,
    endpoint: str,
    otherwise: type[EngineError] = EngineError,
) -> EngineError:
    """The error of regnb for `error`, which the SDK raised about `subject` at `endpoint`."""
    if isinstance(error, docker.errors.APIError):
        return failure(_explanation(error), subject=subject, otherwise=otherwise)
    causes = list(_causes(error))
    if any(isinstance(cause, PermissionError) for cause in causes):
        return EngineDenied(str(error), subject=endpoint.removeprefix("unix://"))
    if any(_is_connection_error(cause) for cause in causes):
        return EngineUnavailable(str(error), subject=endpoint)
    return otherwise(str(error), subject=subject)


def _explanation(error: docker.errors.APIError) -> str:
    return str(error.explanation or error)


def _is_connection_error(error: BaseException) -> bool:
    kinds = (
        requests.ConnectionError,
        requests.Timeout,
        requests.exceptions.ChunkedEncodingError,
        urllib3.exceptions.HTTPError,
        docker.errors.StreamParseError,
    )
    # requests' own errors are OSErrors too: an OSError of the system has a number.
    return isinstance(error, kinds) or (isinstance(error, OSError) and error.errno is not None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """`error` and what it was made from: the libraries keep it as cause, context or argument."""
    pending: list[object] = [error]
    seen: set[int] = set()
    while pending:
        cause = pending.pop()
        if isinstance(cause, BaseException) and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            pending += [cause.__cause__, cause.__context__, *cause.args]
