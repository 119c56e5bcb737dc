from __future__ import annotations

from collections.abc import Callable

import pytest

from regnb.engine import Engine
from regnb.engine.failures import failure
from regnb.engine.hub_probe import PROBED, ask_hub
from regnb.errors import HubRateLimited, HubUnreachable, PullFailed
from regnb.errors.hub_reasons import HUB_HOST, PHRASES, Reason
from regnb.errors.messages import message_table, reason_in
from tests.engine.fake_api import Answer, FakeApi, message

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


@pytest.mark.parametrize(
    "message",
    [
        "manifest for alpine:nope not found: manifest unknown: manifest unknown",
        "no matching manifest for linux/riscv64 in the manifest list entries",
        "write /var/lib/docker/tmp/x: no space left on device",
    ],
)
def test_answers_of_the_hub_are_no_trouble_of_the_network(message: str) -> None:
    assert reason_in(message, of_hub=True) is None


@pytest.mark.parametrize("engine", message_table().engines)
@pytest.mark.parametrize("meaning", message_table().patterns)
def test_reasons_agree_with_the_table(engine: str, meaning: str) -> None:
    kinds = {one.kind for one in message_table().reasons if one.meaning == meaning}
    for action in message_table().actions(meaning):
        for sentence in message_table().sentences(engine, meaning, action):
            of_any = reason_in(sentence, of_hub=False)
            assert (of_any is not None) == (meaning == "unreachable"), sentence
            of_hub = reason_in(sentence, of_hub=True)
            assert not kinds or (of_hub and of_hub.kind in kinds), sentence


def test_each_reason_has_a_phrase_and_each_pattern_stands_once() -> None:
    assert {one.kind for one in message_table().reasons} <= PHRASES.keys()
    shared = {pattern for patterns in message_table().patterns.values() for pattern in patterns}
    for one in message_table().reasons:
        assert one.meaning or not shared & set(one.patterns)


def test_limit_stays_the_limit() -> None:
    message = STATUS + "429 Too Many Requests"
    assert isinstance(failure(message, subject="alpine", otherwise=PullFailed), HubRateLimited)


@pytest.mark.parametrize(
    ("info", "proxy"),
    [
        (Answer({"HttpsProxy": "http://me:secret@proxy.example:3128"}), "proxy.example:3128"),
        (Answer({}), "HTTPS_PROXY"),
        (Answer(message("broken"), 500), "HTTPS_PROXY"),
        (Answer(["broken"], 500), "HTTPS_PROXY"),
        (Answer(lines=[{"HttpsProxy": "http://proxy.example"}], broken=True), "HTTPS_PROXY"),
    ],
    ids=["told", "none", "broken", "refused in other words", "ended"],
)
@pytest.mark.parametrize(
    "ask", [lambda engine: list(engine.pull(PROBED)), ask_hub], ids=["pull", "ask"]
)
def test_proxy_is_named_where_the_engine_tells_it(
    open_engine: Callable[[FakeApi], Engine],
    ask: Callable[[Engine], object],
    info: Answer,
    proxy: str,
) -> None:
    refused = Answer(message(GET + "Proxy Authentication Required"), 500)
    asked = ("POST /images/create", f"GET /distribution/{PROBED.familiar}/json")
    engine = open_engine(FakeApi({"GET /info": info, **dict.fromkeys(asked, refused)}))
    with pytest.raises(HubUnreachable) as caught:
        ask(engine)
    assert caught.value.reason == Reason("proxy_login", who=proxy)
