from __future__ import annotations

import inspect

import docker.errors
import pytest
import requests
import urllib3.exceptions

from regnb.engine.failures import SDK_ERRORS, engine_errors, failure, translated
from regnb.errors import (
    ContainerNotFound,
    EngineDenied,
    EngineError,
    EngineUnavailable,
    HubRateLimited,
    HubUnreachable,
    ImageNotFound,
    NameTaken,
    NotAnImage,
    PortTaken,
    PullFailed,
    PushFailed,
    SampleNotFound,
)
from regnb.errors.hub_reasons import HUB_HOST, Reason

ENDPOINT = "unix:///run/docker.sock"
HUB = 'Get "https://registry-1.docker.io/v2/": '

# The texts are those of dockerd 20.10 and 28, of Docker Desktop and of Podman.
PULLS = [
    (
        "manifest for nginx:nope not found: manifest unknown: manifest unknown",
        ImageNotFound,
    ),
    (
        (
            "pull access denied for nope, repository does not exist or may require 'docker login': "
            "denied: requested access to the resource is denied"
        ),
        ImageNotFound,
    ),
    ("failed to resolve reference docker.io/library/nginx:nope: not found", ImageNotFound),
    (
        HUB + "dial tcp: lookup registry-1.docker.io: no such host (samples of regnb: alpine)",
        SampleNotFound,
    ),
    ("name unknown: repository name not known to registry", ImageNotFound),
    (HUB + "dial tcp: lookup registry-1.docker.io on 10.0.0.1:53: no such host", HubUnreachable),
    (HUB + "dial tcp: lookup registry-1.docker.io: server misbehaving", HubUnreachable),
    (HUB + "dial tcp 44.208.254.194:443: connect: connection refused", HubUnreachable),
    (HUB + "dial tcp 44.208.254.194:443: i/o timeout", HubUnreachable),
    (HUB + "dial tcp 44.208.254.194:443: connect: network is unreachable", HubUnreachable),
    (HUB + "net/http: TLS handshake timeout", HubUnreachable),
    (HUB + "context deadline exceeded", HubUnreachable),
    (
        HUB + "net/http: request canceled while waiting for connection "
        "(Client.Timeout exceeded while awaiting headers)",
        HubUnreachable,
    ),
    (
        (
            "toomanyrequests: You have reached your pull rate limit. You may increase the limit by "
            "authenticating and upgrading: https://www.docker.com/increase-rate-limit"
        ),
        HubRateLimited,
    ),
    ("received unexpected HTTP status: 429 Too Many Requests", HubRateLimited),
    ("no matching manifest for linux/riscv64 in the manifest list entries", PullFailed),
    ("write /var/lib/docker/tmp/x: no space left on device", PullFailed),
]
PUSHES = [
    (
        "An image does not exist locally with the tag: localhost:5000/w3",
        ImageNotFound,
    ),
    ("tag does not exist: localhost:5000/w3:1.0", ImageNotFound),
    ('Get "http://localhost:5000/v2/": dial tcp [::1]:5000: connection refused', PushFailed),
    ("manifest invalid: manifest invalid", PushFailed),
    ("no basic auth credentials", PushFailed),
    ("unauthorized: authentication required", PushFailed),
    (
        'Get "https://192.0.2.2:5000/v2/": http: server gave HTTP response to HTTPS client',
        PushFailed,
    ),
    ("blob unknown to registry: repository not found", PushFailed),
]
OTHERS = [
    ("No such image: nope:latest", ImageNotFound),
    ("nope: image not known", ImageNotFound),
    ("No such container: registry", ContainerNotFound),
    ('no container with name or ID "registry" found: no such container', ContainerNotFound),
    (
        (
            'Conflict. The container name "/registry" is already in use by container "8caee". '
            "You have to remove (or rename) that container to be able to reuse that name."
        ),
        NameTaken,
    ),
    (
        (
            "driver failed programming external connectivity on endpoint registry (00f8b): "
            "Bind for 127.0.0.1:5000 failed: port is already allocated"
        ),
        PortTaken,
    ),
    (
        (
            "driver failed programming external connectivity on endpoint registry (00f8b): Error "
            "starting userland proxy: listen tcp4 127.0.0.1:5000: bind: address already in use"
        ),
        PortTaken,
    ),
    (
        (
            "Ports are not available: exposing port TCP 127.0.0.1:5000 -> 127.0.0.1:0: listen tcp "
            "127.0.0.1:5000: bind: An attempt was made to access a socket in a way forbidden"
        ),
        PortTaken,
    ),
    ('exec: "sh": executable file not found in $PATH', EngineError),
]
CASES = [
    *[(PullFailed, *case) for case in PULLS],
    *[(PushFailed, *case) for case in PUSHES],
    *[(EngineError, *case) for case in OTHERS],
]


@pytest.mark.parametrize(("otherwise", "message", "kind"), CASES, ids=[case[1] for case in CASES])
def test_text_of_the_engine_gives_its_error(
    otherwise: type[EngineError], message: str, kind: type[EngineError]
) -> None:
    error = failure(message, subject="w3", otherwise=otherwise)
    assert (type(error), error.message, error.subject) == (kind, message, "w3")


def sdk_errors() -> list[Exception]:
    """One of each class of `docker.errors`."""
    arguments: dict[str, tuple[object, ...]] = {
        "ContainerError": ("c", 1, "serve", "w3", "text"),
        "BuildError": ("text", []),
    }
    classes = [kind for _, kind in inspect.getmembers(docker.errors, inspect.isclass)]
    return [
        kind(*arguments.get(kind.__name__, ("text",)))
        for kind in classes
        if issubclass(kind, Exception) and kind.__module__ == docker.errors.__name__
    ]


@pytest.mark.parametrize("error", sdk_errors(), ids=lambda error: type(error).__name__)
def test_every_error_of_the_sdk_becomes_one_of_ours(error: Exception) -> None:
    with pytest.raises(EngineError) as caught, engine_errors("w3", endpoint=ENDPOINT):
        raise error
    assert caught.value.__cause__ is error


def test_errors_of_the_sdk_were_all_seen() -> None:
    assert {"APIError", "StreamParseError", "ContextNotFound", "NullResource"} <= {
        type(error).__name__ for error in sdk_errors()
    }


@pytest.mark.parametrize(
    "error",
    [
        requests.ConnectionError("refused"),
        requests.ReadTimeout("slow"),
        requests.exceptions.ChunkedEncodingError("broken"),
        urllib3.exceptions.ProtocolError("broken", ConnectionResetError(104, "reset")),
        urllib3.exceptions.IncompleteRead(1, 2),
        docker.errors.StreamParseError("half a line"),
        ConnectionRefusedError(111, "refused"),
        TimeoutError(110, "timed out"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_lost_connection_is_an_engine_that_is_unavailable(error: Exception) -> None:
    with pytest.raises(EngineUnavailable) as caught, engine_errors("w3", endpoint=ENDPOINT):
        raise error
    assert caught.value.subject == ENDPOINT


def test_refused_socket_inside_other_errors_is_told_by_its_path() -> None:
    refused = requests.ConnectionError(
        urllib3.exceptions.ProtocolError("aborted", PermissionError(13, "Permission denied"))
    )
    error = translated(docker.errors.DockerException(refused), "", endpoint=ENDPOINT)
    assert (type(error), error.subject) == (EngineDenied, "/run/docker.sock")


def test_answer_that_is_no_json_is_the_operation_failing() -> None:
    broken = requests.exceptions.JSONDecodeError("Expecting value", "<html>", 0)
    error = translated(broken, "w3", endpoint=ENDPOINT, otherwise=PullFailed)
    assert (type(error), error.subject) == (PullFailed, "w3")


def test_mistake_of_our_own_is_not_hidden() -> None:
    assert not issubclass(TypeError, SDK_ERRORS)
    with pytest.raises(TypeError), engine_errors("w3", endpoint=ENDPOINT):
        raise TypeError


GET = f'Get "https://{HUB_HOST}/v2/": '
HEAD = f'Head "https://{HUB_HOST}/v2/library/alpine/manifests/latest": '
CONTAINERD = f'failed to resolve reference "docker.io/library/alpine:latest": {{}}{HEAD}'
PODMAN = f"initializing source docker://alpine:latest: pinging container registry {HUB_HOST}: "
PAGE = "invalid character '<' looking for beginning of value: \"<html></html>\""
STATUS = (
    f"unexpected status from HEAD request to https://{HUB_HOST}/v2/library/alpine/manifests/1: "
)
UNKNOWN = "x509: certificate signed by unknown authority"
# What Docker 20.10 says in such networks, and Docker 28 with either store and Podman in theirs.
WORDS = [
    (GET + UNKNOWN, Reason("unknown_authority")),
    (GET + "tls: failed to verify certificate: " + UNKNOWN, Reason("unknown_authority")),
    (CONTAINERD.format("failed to do request: ") + UNKNOWN, Reason("unknown_authority")),
    (PODMAN + GET + "tls: failed to verify certificate: " + UNKNOWN, Reason("unknown_authority")),
    (
        f'{HEAD}Get "https://auth.docker.io/token?service=registry.docker.io": {UNKNOWN}',
        Reason("unknown_authority", "auth.docker.io"),
    ),
    (
        GET + "x509: certificate has expired or is not yet valid: current time 2026-01-01T10:00:00Z"
        " is after 2025-01-01T10:00:00Z",
        Reason("out_of_date"),
    ),
    (GET + f"x509: certificate is valid for a.example, not {HUB_HOST}", Reason("wrong_name")),
    ("error parsing HTTP 403 response body: " + PAGE, Reason("forbidden", who="403")),
    (STATUS + "403 Forbidden", Reason("forbidden", HUB_HOST, "403")),
    (PODMAN + "StatusCode: 403, <html></html>", Reason("forbidden", who="403")),
    ("received unexpected HTTP status: 502 Bad Gateway", Reason("server_error", who="502")),
    (STATUS + "503 Service Unavailable", Reason("server_error", HUB_HOST, "503")),
    (
        "received unexpected HTTP status: 511 Network Authentication Required",
        Reason("login_page", who=HUB_HOST),
    ),
    ("error unmarshalling content: " + PAGE, Reason("no_registry")),
    (HEAD + "unable to decode token response: " + PAGE, Reason("no_registry")),
    (GET + "EOF", Reason("cut")),
    (GET + "net/http: TLS handshake timeout", Reason("timeout")),
    (GET + "dial tcp: lookup registry-1.docker.io: no such host", Reason("no_address")),
    (GET + "dial tcp 127.0.0.1:443: connect: connection refused", Reason("unreachable")),
    (GET + "Proxy Authentication Required", Reason("proxy_login")),
    (GET + "Forbidden", Reason("proxy_refuses")),
    (GET + "Bad Gateway", Reason("proxy_fails")),
    (
        GET + "proxyconnect tcp: dial tcp 10.1.2.3:3128: connect: connection refused",
        Reason("proxy_silent", who="10.1.2.3:3128"),
    ),
    (
        GET + "proxyconnect tcp: dial tcp: lookup proxy.example on 10.0.0.1:53: no such host",
        Reason("proxy_silent", who="proxy.example"),
    ),
]


@pytest.mark.parametrize(("message", "reason"), WORDS)
def test_words_of_engines_are_understood(message: str, reason: Reason) -> None:
    error = failure(message, subject="alpine:latest", otherwise=PullFailed)
    assert isinstance(error, HubUnreachable)
    assert error.reason == reason


@pytest.mark.parametrize(
    "message",
    [
        f'Get "https://localhost:5000/v2/": {UNKNOWN}',
        "received unexpected HTTP status: 502 Bad Gateway",
        "error parsing HTTP 403 response body: " + PAGE,
    ],
)
def test_other_registries_speak_for_themselves(message: str) -> None:
    error = failure(message, subject="localhost:5000/w3:1.0", otherwise=PullFailed)
    assert type(error) is PullFailed
    assert error.message == message


def test_limit_stays_the_limit() -> None:
    message = STATUS + "429 Too Many Requests"
    assert isinstance(failure(message, subject="alpine", otherwise=PullFailed), HubRateLimited)


@pytest.mark.parametrize(
    "words",
    [
        "localhost:5000/w3:a is no image but an artifact: unsupported type application/wasm",
        "unsupported media type application/vnd.dev.cosign.simplesigning.v1+json",
        'Encountered remote "application/vnd.wasm.config.v0+json"(unknown) when fetching',
    ],
)
def test_artifact_that_is_pulled_is_told_as_one(words: str) -> None:
    error = failure(words, subject="localhost:5000/w3:a", otherwise=PullFailed)
    assert type(error) is NotAnImage
