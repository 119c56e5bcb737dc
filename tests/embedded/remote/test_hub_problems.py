from __future__ import annotations

import threading

import pytest

from regnb import errors
from regnb.embedded.remote.hub_problems import in_time, own_address, reason_of, with_issuer
from regnb.errors.hub_reasons import HUB_HOST, Reason

ELSEWHERE = "https://portal.example/v2/"


def test_what_comes_in_time_is_given() -> None:
    assert in_time(lambda: 7, HUB_HOST) == 7


def test_failure_that_comes_in_time_is_raised() -> None:
    def fail() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        in_time(fail, HUB_HOST)


def test_what_takes_too_long_has_timed_out() -> None:
    never = threading.Event()
    with pytest.raises(errors.RegistryTimedOut) as caught:
        in_time(never.wait, HUB_HOST, 0.05)
    never.set()
    assert caught.value.url == f"https://{HUB_HOST}/v2/"


def test_own_address_is_empty_or_one_of_the_machine() -> None:
    assert own_address().count(".") in {0, 3}


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (errors.HostUnknown("x", url=ELSEWHERE), Reason("no_address", "portal.example")),
        (errors.RegistryTimedOut("x"), Reason("timeout")),
        (errors.ConnectionLost("x"), Reason("cut")),
        (errors.RegistryUnreachable("x"), Reason("unreachable")),
        (
            errors.RegistryError("x", status=511, url=ELSEWHERE),
            Reason("login_page", HUB_HOST, "portal.example"),
        ),
        (errors.RegistryError("x", status=502), Reason("server_error", HUB_HOST, "502")),
        (errors.RegistryError("x", status=403), Reason("forbidden", HUB_HOST, "403")),
        (errors.NotARegistry("x", url=ELSEWHERE), Reason("login_page", HUB_HOST, "portal.example")),
        (errors.NotARegistry("x"), Reason("no_registry")),
        (errors.InvalidManifest("x"), Reason("no_registry")),
        (errors.ManifestNotFound("x", status=404, code="MANIFEST_UNKNOWN"), None),
        (errors.RegistryError("x", status=403, code="DENIED"), None),
        (errors.InvalidReference("x", "is no name"), None),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_reason_is_that_of_the_error(error: errors.RegnbError, reason: Reason | None) -> None:
    assert reason_of(error) == reason


def test_issuer_is_looked_for_where_the_certificate_is_not_trusted_alone() -> None:
    assert with_issuer(Reason("timeout")) == Reason("timeout")
    nobody = Reason("unknown_authority", "localhost:1")
    assert with_issuer(nobody) == nobody
