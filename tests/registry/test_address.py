from __future__ import annotations

import pytest

from regnb.registry.address import host_and_target, origin, redacted, resolve

BASE = "http://registry.test:5000/v2/w3/blobs/uploads/"


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ("/v2/w3/blobs/uploads/1?_state=a%2Fb%3D", "http://registry.test:5000/v2/w3/blobs/uploads/1?_state=a%2Fb%3D"),
        ("1?x=y", f"{BASE}1?x=y"),
        ("https://storage.test/1?x=y#here", "https://storage.test/1?x=y"),
        ("//storage.test/1", "http://storage.test/1"),
        ("http://[", None),
        ("http://a:99999/", None),
        ("ftp://a/", None),
        ("javascript:1", None),
    ],
)  # fmt: skip
def test_target_is_resolved(target: str, url: str | None) -> None:
    assert resolve(BASE, target) == url


def test_origin_knows_the_usual_ports() -> None:
    assert origin("http://A.test/x") == origin("http://a.test:80/y")
    assert origin("https://a.test") != origin("http://a.test:443") != origin("http://b.test:443")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://x/v2/_catalog?n=1000&last=a/b", "http://x/v2/_catalog?n=1000&last=a/b"),
        ("http://x/up?_state=abc%2F&digest=sha256:1", "http://x/up?_state=...&digest=sha256:1"),
        ("https://s/b?X-Amz-Signature=1", "https://s/b?X-Amz-Signature=..."),
        ("https://s/b", "https://s/b"),
    ],
)
def test_secrets_in_an_address_are_not_shown(url: str, shown: str) -> None:
    assert redacted(url) == shown


def test_login_is_left_out() -> None:
    assert redacted("https://bob:secret@host:1/v2/?n=1") == "https://...@host:1/v2/?n=1"


@pytest.mark.parametrize(
    ("url", "host", "target"),
    [
        ("http://a:5000/v2/x/tags/list?n=1", "a:5000", "/v2/x/tags/list?n=1"),
        ("https://a", "a", "/"),
        ("https://a?x=/", "a", "/?x=/"),
        ("http://a/b#c", "a", "/b"),
        ("HTTP://a/b", "a", "/b"),
        ("http://[::1]:80/b?c#d", "[::1]:80", "/b?c"),
        ("http://a#b", "a", "/"),
    ],
)
def test_request_names_its_host_and_what_it_wants(url: str, host: str, target: str) -> None:
    assert host_and_target(url) == (host, target)
    assert origin(url)[1] == host.partition(":5000")[0].strip("[]").removesuffix("]:80")
