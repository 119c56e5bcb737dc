"""Every sentence of the table means what its table is called, whichever engine says it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from regnb.errors.hub_reasons import PHRASES
from regnb.errors.messages import known_messages, meaning_of, reason_in


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


@pytest.mark.parametrize("engine", known_messages().engines)
@pytest.mark.parametrize("meaning", known_messages().patterns)
def test_reasons_agree_with_the_table(engine: str, meaning: str) -> None:
    kinds = {one.kind for one in known_messages().reasons if one.meaning == meaning}
    for action in known_messages().actions(meaning):
        for sentence in known_messages().sentences(engine, meaning, action):
            of_any = reason_in(sentence, of_hub=False)
            assert (of_any is not None) == (meaning == "unreachable"), sentence
            of_hub = reason_in(sentence, of_hub=True)
            assert not kinds or (of_hub and of_hub.kind in kinds), sentence


def test_each_reason_has_a_phrase_and_each_pattern_stands_once() -> None:
    assert {one.kind for one in known_messages().reasons} <= PHRASES.keys()
    shared = {pattern for patterns in known_messages().patterns.values() for pattern in patterns}
    for one in known_messages().reasons:
        assert one.meaning or not shared & set(one.patterns)


FILLED = {
    "digest": f"sha256:{'a' * 64}",
    "host": "localhost:5000",
    "reference": "localhost:5000/w3:1.0",
    "repository": "localhost:5000/w3",
    "time": "2026-01-01T00:00:00Z",
    "url": "https://localhost:5000",
}
# Docker 28 tells a registry that wants TLS by the certificate that the registry wants then.
BY_ITS_CERTIFICATE = ("wants_tls", "docker-28-containerd")


def sentences() -> Iterator[tuple[str, str]]:
    """Each sentence, filled, with its meaning."""
    for meaning in known_messages().patterns:
        for action in known_messages().actions(meaning):
            for engine in known_messages().engines:
                expected = meaning
                if (meaning, engine) == BY_ITS_CERTIFICATE:
                    expected = "client_certificate"
                for text in known_messages().sentences(engine, meaning, action):
                    yield (
                        re.sub(r"\{(\w+)\}", lambda name: FILLED.get(name[1], name[1]), text),
                        expected,
                    )


@pytest.mark.parametrize(("sentence", "meaning"), dict(sentences()).items())
def test_sentence_has_its_meaning(sentence: str, meaning: str) -> None:
    assert meaning_of(sentence) == meaning
    assert meaning_of(sentence.upper()) == meaning


def test_sentences_are_of_all_meanings_and_engines() -> None:
    known = dict(sentences())
    assert set(known.values()) == set(known_messages().patterns)
    assert len(known) > 80


def test_other_words_mean_nothing() -> None:
    assert meaning_of("") is None
    assert meaning_of("The layers are on fire.") is None


def test_engine_without_a_sentence_of_its_own_has_that_of_the_one_before() -> None:
    old, new = (
        known_messages().sentences(engine, "denied", "push")
        for engine in ("docker-20", "docker-28")
    )
    assert old == new == ["denied: requested access to the resource is denied"]
    assert known_messages().sentences("docker-28-containerd", "denied", "push") != old
    assert known_messages().sentences("podman", "wants_tls", "push") == []


def test_request_of_the_engine_stands_in_its_sentence() -> None:
    (told,) = known_messages().sentences("docker-20", "closed", "pull")
    assert told == 'Get "{url}/v2/": EOF'
    (told,) = known_messages().sentences("podman", "closed", "pull")
    assert told.startswith("initializing source docker://{reference}: ")


@pytest.mark.parametrize(
    ("words", "of_hub", "kind", "host", "who"),
    [
        ("dial tcp: lookup auth.docker.io: no such host", False, "no_address", None, ""),
        ("connection refused", False, "unreachable", None, ""),
        ("x509: certificate signed by unknown authority", True, "unknown_authority", None, ""),
        (
            "proxyconnect tcp: dial tcp proxy.lan:3128: ",
            False,
            "proxy_silent",
            None,
            "proxy.lan:3128",
        ),
    ],
)
def test_reason_is_read_from_the_words(
    words: str, of_hub: bool, kind: str, host: str | None, who: str
) -> None:
    found = reason_in(f'Get "https://mirror.lan/v2/": {words}', of_hub=of_hub)
    assert found is not None
    assert (found.kind, found.host, found.who) == (kind, host or "mirror.lan", who)


def test_last_who_was_asked_is_the_host() -> None:
    words = 'Get "https://one.lan/v2/": Get "https://token.lan/x": connection refused'
    found = reason_in(words, of_hub=False)
    assert found is not None
    assert found.host == "token.lan"


def test_words_about_hub_alone_say_nothing_of_others() -> None:
    words = 'Get "https://mirror.lan/v2/": x509: certificate signed by unknown authority'
    assert reason_in(words, of_hub=False) is None
    assert reason_in("no such container: x", of_hub=True) is None
