from __future__ import annotations

import re
from pathlib import Path

import pytest

from regnb.errors.messages import known_messages
from tests.notebooks.sanitizer import DOCKER, STRICT, rules, sanitized

DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize("sanitizer", [STRICT, DOCKER])
def test_every_rule_is_read_by_nbval(sanitizer: Path) -> None:
    written = re.findall(r"(?m)^\s*regex", sanitizer.read_text("ascii"))
    assert len(rules(sanitizer)) == len(written) == len(dict(rules(sanitizer)))


def test_rules_for_every_engine_begin_with_those_for_one() -> None:
    assert rules(DOCKER)[: len(rules(STRICT))] == rules(STRICT)


@pytest.mark.parametrize(
    ("output", "compared"),
    [
        ("--label regnb=3159878f registry", "--label regnb=<lab> registry"),
        ("registry 0123456789ab registry:2.6", "registry <container ID> registry:2.6"),
        ("2 weeks ago, 1 second ago", "<age>, <age>"),
        ("il y a 4 jours, il y a 1\u00a0mois", "<age>, <age>"),
        ("  a    b\n   c   d ", "a b\nc d"),
    ],
)
def test_what_changes_from_run_to_run_is_replaced(output: str, compared: str) -> None:
    assert sanitized(output, STRICT) == compared


@pytest.mark.parametrize(
    ("output", "compared"),
    [
        (f"Digest: `{DIGEST}`", "Digest: `sha256:<digest>`"),
        ("<td>0123456789ab</td>", "<td><short digest></td>"),
        ("13.9\u202fMB, 582\u202fo, 1,2\u202fGo", "<size>, <size>, <size>"),
        ("application/vnd.oci.image.manifest.v1+json", "<media type>"),
    ],
)
def test_what_changes_from_engine_to_engine_is_replaced(output: str, compared: str) -> None:
    assert sanitized(output, DOCKER) == compared
    assert sanitized(output, STRICT) == output


@pytest.mark.parametrize(
    "output",
    [
        '200 {"repositories":["w3"]}',
        "localhost:5000/w3:1.0",
        "3 d\u00e9p\u00f4ts, 12 couches, 5000 exemplaires",
        "deadbeef 0123456789abc sha256:0123",
    ],
)
def test_what_says_something_is_compared(output: str) -> None:
    assert sanitized(output, DOCKER) == output


_FILLED = {
    "url": "https://172.17.0.2:5000",
    "host": "172.17.0.2",
    "name": "w3",
    "digest": DIGEST,
    "time": "2026-01-01T00:00:00Z",
}


@pytest.mark.parametrize("quote", ['"', "&quot;"])
@pytest.mark.parametrize("engine", [name for name in known_messages().engines if name != "podman"])
@pytest.mark.parametrize(
    "meaning",
    ["http_response", "unknown_authority", "expired", "client_certificate", "no_login", "denied"],
)
def test_words_of_every_docker_are_compared_as_those_of_28(
    meaning: str, engine: str, quote: str
) -> None:
    def compared(name: str) -> str:
        sentence = known_messages().sentences(name, meaning, "push")[0].format_map(_FILLED)
        return sanitized(sentence.replace('"', quote), DOCKER)

    assert compared(engine) == compared("docker-28")
