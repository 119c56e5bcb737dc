from __future__ import annotations

import re

import pytest

from tests.notebooks.sanitizer import SANITIZER, rules, sanitized

DIGEST = "sha256:" + "0123456789abcdef" * 4


def test_every_rule_is_read_by_nbval() -> None:
    written = re.findall(r"(?m)^\s*regex", SANITIZER.read_text("ascii"))
    assert len(rules()) == len(written) == len(dict(rules()))


@pytest.mark.parametrize(
    ("output", "compared"),
    [
        (f"Digest: `{DIGEST}`", "Digest: `sha256:<digest>`"),
        ("<td>0123456789ab</td>", "<td><short id></td>"),
        ("--label regnb=3159878f registry", "--label regnb=<lab> registry"),
        (
            "http://localhost:5001/v2/ 127.0.0.1:5002",
            "http://localhost:<port>/v2/ 127.0.0.1:<port>",
        ),
        ("Docker 20.10.24+dfsg1.", "Docker <version>."),
        ("13.9\u202fMB, 582\u202fo, 1,2\u202fGo", "<size>, <size>, <size>"),
        ("2 weeks ago, 1 second ago", "<age>, <age>"),
        ("il y a 4 jours, il y a 1\u00a0mois", "<age>, <age>"),
        ("ADD libc6 2.36-9+deb12u14 in /", "ADD libc6 <package version> in /"),
        ("  a    1.0 MB\n   b   12.0 MB ", "a <size>\nb <size>"),
    ],
)
def test_what_changes_from_run_to_run_is_replaced(output: str, compared: str) -> None:
    assert sanitized(output) == compared


@pytest.mark.parametrize(
    "output",
    [
        '200 {"repositories":["w3"]}',
        "localhost:<port>/w3:1.0",
        "application/vnd.docker.distribution.manifest.v2+json",
        "3 dépôts, 12 couches, 5000 exemplaires",
        "deadbeef 0123456789abc sha256:0123",
    ],
)
def test_what_says_something_is_compared(output: str) -> None:
    assert sanitized(output) == output
