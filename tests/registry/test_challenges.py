from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regnb.registry import parse_challenges

TOKEN = "https://auth.test/token"

CASES = {
    "basic": ('Basic realm="registry"', [("basic", {"realm": "registry"})]),
    "any case": ('bEaReR ReAlM="x"', [("bearer", {"realm": "x"})]),
    "comma inside quotes": (
        f'Bearer realm="{TOKEN}",service="s",scope="repository:w3:pull,push"',
        [("bearer", {"realm": TOKEN, "service": "s", "scope": "repository:w3:pull,push"})],
    ),
    "spaces around": (
        'Bearer  realm = "x" ,\t service="y"',
        [("bearer", {"realm": "x", "service": "y"})],
    ),
    "without quotes": (
        f"Bearer realm={TOKEN},service=registry.test",
        [("bearer", {"realm": TOKEN, "service": "registry.test"})],
    ),
    "quoted pairs": (r'Basic realm="a \"b\" \\ c"', [("basic", {"realm": r'a "b" \ c'})]),
    "several": (
        'Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"',
        [
            ("newauth", {"realm": "apps", "type": "1", "title": 'Login to "apps"'}),
            ("basic", {"realm": "simple"}),
        ],
    ),
    "scheme alone": ("Negotiate, Basic realm=x", [("negotiate", {}), ("basic", {"realm": "x"})]),
    "token68": ("Negotiate YII=, Basic realm=x", [("negotiate", {}), ("basic", {"realm": "x"})]),
    "empty elements": (', ,Basic realm="x", ,', [("basic", {"realm": "x"})]),
    "empty value": ('Bearer realm="",service=""', [("bearer", {"realm": "", "service": ""})]),
    "quote never closed": ('Bearer realm="x, service=y', [("bearer", {"realm": "x, service=y"})]),
    "parameter twice": ("Basic realm=x, realm=y", [("basic", {"realm": "x"})]),
    "parameter before any scheme": ('realm="x", Basic realm="y"', [("basic", {"realm": "y"})]),
    "nothing": ("", []),
    "nonsense": ('"", @@@', []),
}


@pytest.mark.parametrize(("header", "expected"), CASES.values(), ids=CASES)
def test_challenges_are_read(header: str, expected: list[tuple[str, dict[str, str]]]) -> None:
    found = parse_challenges([header])
    assert [(item.scheme, item.parameters) for item in found] == expected


@given(st.text(alphabet='Basic=", \\x@\t', max_size=40))
def test_any_header_is_read_to_its_end(header: str) -> None:
    for challenge in parse_challenges([header]):
        assert challenge.scheme == challenge.scheme.lower() != ""


def test_headers_follow_each_other() -> None:
    found = parse_challenges(["Basic realm=a", "Bearer realm=b"])
    assert [item.realm for item in found] == ["a", "b"]


def test_scopes_are_separated() -> None:
    (found,) = parse_challenges(['Bearer scope="repository:a:pull,push repository:b:pull"'])
    assert found.scopes == ["repository:a:pull,push", "repository:b:pull"]
