from __future__ import annotations

import pytest

from regnb import errors
from regnb.embedded.remote.docker_messages import (
    access_denied,
    hub_refusal,
    offering,
    pull_refusal,
    registry_refusal,
)
from regnb.errors.hub_reasons import Reason
from regnb.errors.messages import meaning_of, reason_in
from regnb.oci import ImageReference

URL = "https://registry.example/v2/w3/manifests/1.0"
W3 = ImageReference.parse("registry.example/w3:1.0")


def unauthorized(**fields: object) -> errors.Unauthorized:
    error = errors.Unauthorized("authentication required", status=401, code="UNAUTHORIZED", url=URL)
    for name, value in fields.items():
        setattr(error, name, value)
    return error


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (errors.HostUnknown("x", url=URL), "unreachable"),
        (errors.RegistryTimedOut("x", url=URL), "unreachable"),
        (errors.ConnectionLost("x", url=URL), "closed"),
        (errors.RegistryUnreachable("x", url="http://127.0.0.1:1/v2/"), "unreachable"),
        (errors.TooManyRequests("x", status=429, url=URL), "rate_limited"),
        (unauthorized(), "unauthorized"),
        (unauthorized(anonymous=True, scheme="basic"), "no_login"),
        (unauthorized(reason="insufficient_scope"), "denied"),
        (errors.Denied("x", status=403, code="DENIED", url=URL), "denied"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_refusals_are_understood_by_the_table_of_messages(
    error: errors.RegistryError, meaning: str
) -> None:
    refusal = registry_refusal(error)
    assert refusal.status == 500
    told = refusal.message
    assert (meaning_of(told) or (reason_in(told, of_hub=True) or Reason("")).kind) == meaning


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (
            errors.ManifestNotFound("x", status=404, url=URL),
            404,
            "manifest for registry.example/w3:1.0 not found: manifest unknown: manifest unknown",
        ),
        (errors.BlobNotFound("blob unknown", status=404, url=URL), 500, "blob unknown"),
        (errors.Denied("x", status=403, url=URL), 404, access_denied(W3).message),
        (
            unauthorized(anonymous=True, scheme="basic"),
            500,
            f'Head "{URL}": no basic auth credentials',
        ),
    ],
    ids=["manifest", "blob", "denied", "no login"],
)
def test_pull_tells_what_docker_tells(error: errors.RegistryError, status: int, told: str) -> None:
    refusal = pull_refusal(error, W3)
    assert (refusal.status, refusal.message) == (status, told)


@pytest.mark.parametrize(
    ("error", "reason", "told"),
    [
        (
            errors.RegistryError("x", status=503, url=URL),
            Reason("server_error"),
            "received unexpected HTTP status: 503 Service Unavailable",
        ),
        (
            errors.RegistryError("x", status=599, url=URL),
            Reason("server_error"),
            "received unexpected HTTP status: 599",
        ),
        (
            errors.InvalidManifest("it is no JSON"),
            Reason("no_registry"),
            "Invalid manifest: it is no JSON.",
        ),
    ],
    ids=["known status", "unknown status", "no answer of a registry"],
)
def test_trouble_with_the_hub_is_told_by_its_status(
    error: errors.RegnbError, reason: Reason, told: str
) -> None:
    assert hub_refusal(error, reason).message == told


def test_offer_names_the_samples() -> None:
    assert (
        offering("not found", ["alpine", "nginx"]) == "not found (samples of regnb: alpine, nginx)"
    )
