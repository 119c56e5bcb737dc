from __future__ import annotations

import pytest

from regnb.embedded.daemon_settings import Settings
from regnb.outgoing import is_loopback

THIS_MACHINE = (
    *("localhost", "LOCALHOST", "localhost.", "localhost:5000", "localhost.:5000"),
    *("registry.localhost", "registry.localhost:5000"),
    *("127.0.0.1", "127.0.0.1:5000", "127.1.2.3", "127.9.9.9", "127.9.9.9:5000"),
    *("::1", "[::1]", "[::1]:5000", "0:0:0:0:0:0:0:1"),
)
ELSEWHERE = (
    *("localhost.test", "localhost.test:5000", "localhosts", "notlocalhost", "my-localhost:5000"),
    *("127.0.0.1.test", "127.test", "127.0.0.1.nip.io:5000", "127", "1270.0.0.1"),
    *("192.168.0.1", "0.0.0.0", "::", "[::]", "::2", "[::2]:5000", "fe80::1", "", ":5000", "[::1"),
)


@pytest.mark.parametrize("place", THIS_MACHINE)
def test_loopback_is_this_machine(place: str) -> None:
    assert is_loopback(place)


@pytest.mark.parametrize("place", ELSEWHERE)
def test_other_places_are_no_loopback(place: str) -> None:
    assert not is_loopback(place)


@pytest.mark.parametrize("place", THIS_MACHINE)
def test_engine_needs_no_tls_of_it(place: str) -> None:
    assert Settings().is_insecure(place)


@pytest.mark.parametrize("place", ELSEWHERE)
def test_engine_wants_tls_elsewhere(place: str) -> None:
    assert not Settings().is_insecure(place)
