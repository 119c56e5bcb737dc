"""From what an engine and its SDK report to the errors of regnb.

The engine has few codes: what went wrong stands in its text, see `regnb.errors.messages`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import docker.errors
import requests
import urllib3.exceptions
from docker import DockerClient

from regnb import errors
from regnb.embedded.remote.hub_problems import with_issuer
from regnb.errors.hub_reasons import Reason
from regnb.errors.messages import meaning_of, reason_in
from regnb.oci import ImageReference
from regnb.oci.reference import DOCKER_HUB

# Everything that the SDK lets through: its own errors, those of its HTTP libraries and of sockets.
SDK_ERRORS = (
    docker.errors.DockerException,
    docker.errors.StreamParseError,
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    OSError,
)
# What the embedded engine adds where it has no sample: `regnb.embedded.remote.docker_messages`.
_OFFER = re.compile(r" \(samples of regnb: ([^()]+)\)$")
# What they say of a signature, a chart or a WebAssembly module that is to be pulled.
_NO_IMAGE = re.compile(
    r"no image but an artifact|unsupported media type application/|^Encountered remote"
)
# What a meaning is to regnb, for what the engine was about to do.
_WHILE_PUSHING: dict[str, type[errors.EngineError]] = {"no_local_image": errors.ImageNotFound}
_WHILE_PULLING: dict[str, type[errors.EngineError]] = {
    "rate_limited": errors.HubRateLimited,
    "no_such_tag": errors.ImageNotFound,
    "denied": errors.ImageNotFound,  # what Docker Hub says of an image that does not exist
}
_OTHERWISE: dict[str, type[errors.EngineError]] = {
    "port_taken": errors.PortTaken,
    "name_taken": errors.NameTaken,
    "no_container": errors.ContainerNotFound,
    "no_local_image": errors.ImageNotFound,
}


def failure(
    message: str, *, subject: str, otherwise: type[errors.EngineError]
) -> errors.EngineError:
    """The error that fits the engine's `message` about `subject`, else an `otherwise`.

    A push tells of its registry's refusals as PushFailed, whatever the cause.
    """
    meaning = meaning_of(message) or ""
    offer = _OFFER.search(message)
    if offer:
        otherwise_why = Reason("limit" if meaning == "rate_limited" else "choice")
        reason = reason_in(message[: offer.start()], of_hub=True) or otherwise_why
        return errors.SampleNotFound(message, subject=subject, samples=offer[1], reason=reason)
    if issubclass(otherwise, errors.PushFailed):
        return _WHILE_PUSHING.get(meaning, otherwise)(message, subject=subject)
    if not issubclass(otherwise, errors.PullFailed):
        return _OTHERWISE.get(meaning, otherwise)(message, subject=subject)
    why = reason_in(message, of_hub=_is_of_hub(subject))
    if why and meaning != "rate_limited":
        return errors.HubUnreachable(message, subject=subject, reason=why)
    if _NO_IMAGE.search(message):
        otherwise = errors.NotAnImage
    return _WHILE_PULLING.get(meaning, otherwise)(message, subject=subject)


def _is_of_hub(name: str) -> bool:
    """Whether `name` is that of an image of Docker Hub."""
    try:
        return ImageReference.parse(name).registry == DOCKER_HUB
    except errors.InvalidReference:
        return False


@contextmanager
def engine_errors(
    subject: str, *, endpoint: str, otherwise: type[errors.EngineError] = errors.EngineError
) -> Iterator[None]:
    """Raise what the SDK reports inside the block as one of our errors, about `subject`."""
    try:
        yield
    except SDK_ERRORS as error:
        raise translated(error, subject, endpoint=endpoint, otherwise=otherwise) from error
    except (KeyError, TypeError) as error:
        # The SDK ends so for a refusal that is JSON and not the API's `{"message": …}`.
        refusal = error.__context__
        if not isinstance(refusal, requests.HTTPError):
            raise
        text = _push_error_in(refusal.response)
        raise failure(text, subject=subject, otherwise=otherwise) from refusal


def translated(
    error: BaseException,
    subject: str,
    *,
    endpoint: str,
    otherwise: type[errors.EngineError] = errors.EngineError,
) -> errors.EngineError:
    """The error of regnb for `error`, which the SDK raised about `subject` at `endpoint`."""
    if isinstance(error, docker.errors.APIError):
        return failure(_explanation(error), subject=subject, otherwise=otherwise)
    causes = list(_causes(error))
    if any(_is_not_ready(cause) for cause in causes):
        return errors.EngineNotReady(str(error), subject=endpoint)
    if any(isinstance(cause, PermissionError) for cause in causes):
        return errors.EngineDenied(str(error), subject=endpoint.removeprefix("unix://"))
    if any(_is_connection_error(cause) for cause in causes):
        return errors.EngineUnavailable(str(error), subject=endpoint)
    return otherwise(str(error), subject=subject)


def _push_error_in(response: requests.Response) -> str:
    """Why a push failed, which Podman 5 says as a line of its progress; else all that was said."""
    told = response.json()
    error = told.get("error") if isinstance(told, dict) else None
    return str(error or response.text)


def _explanation(error: docker.errors.APIError) -> str:
    return str(error.explanation or error)


def _is_not_ready(error: BaseException) -> bool:
    """Whether it hangs, or fails by itself, as Docker Desktop does while it starts."""
    is_failing = isinstance(error, docker.errors.APIError) and error.is_server_error()
    return is_failing or isinstance(error, requests.Timeout | TimeoutError)


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


def explained(
    error: errors.HubUnreachable, client: DockerClient, flavour: str
) -> errors.HubUnreachable:
    """`error` of an engine with what its words leave out: who has signed, which proxy it was."""
    reason = with_issuer(error.reason)
    if reason.kind.startswith("proxy_") and not reason.who:
        reason = Reason(reason.kind, reason.host, _proxy_of(client) or "HTTPS_PROXY")
    error.reason, error.flavour = reason, flavour
    return error


def _proxy_of(client: DockerClient) -> str:
    """The address of the engine's proxy; empty when it has none, or does not tell."""
    told = ""
    with suppress(errors.EngineError), engine_errors("", endpoint=""):
        told = str(client.info().get("HttpsProxy") or "")
    return urlsplit(told).netloc.rpartition("@")[2]
