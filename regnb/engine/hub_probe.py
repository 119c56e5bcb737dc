"""Whether an engine can use Docker Hub: asked by the request that a pull would make."""

from __future__ import annotations

from regnb import errors
from regnb.embedded.remote import hub_problems
from regnb.embedded.remote.hub_problems import in_time, reason_of
from regnb.engine.engine import Engine
from regnb.engine.failures import engine_errors, explained, failure
from regnb.errors.hub_reasons import HUB_HOST, Reason
from regnb.oci import ImageReference
from regnb.registry import RegistryClient

# Small, and there as a sample too.
PROBED = ImageReference.parse("alpine")
_TIMEOUT = 6.0
# What the embedded engine may wait for: an offline hub or mirrors, Docker Hub, its blobs, others.
_WAITS_OF_EMBEDDED = 8


def ask_hub(engine: Engine | None) -> str:
    """What a pull of a small image by `engine` would say of where it comes from, mostly nothing.

    Without an engine the Hub is asked from here. Raises HubUnreachable, HubRateLimited, or another
    EngineError for an answer of the Hub itself.
    """
    if engine is None:
        _ask_from_here()
        return ""
    try:
        return in_time(lambda: _ask_engine(engine), HUB_HOST, _timeout_for(engine))
    except errors.HubUnreachable as error:
        raise explained(error, engine.client, engine.flavour) from error
    except errors.RegistryTimedOut as error:
        raise _unreachable(Reason("timeout"), engine.flavour) from error


def _timeout_for(engine: Engine) -> float:
    """Seconds; the embedded engine decides by itself, and its answer must not come too late."""
    waits = _WAITS_OF_EMBEDDED if engine.flavour == "embedded" else 1
    return hub_problems.DECIDED_WITHIN * waits


def _ask_engine(engine: Engine) -> str:
    api = engine.client.api
    with engine_errors(PROBED.familiar, endpoint=engine.endpoint, otherwise=errors.PullFailed):
        if engine.flavour == "podman":  # it does not know Docker's own way
            _ask_podman(engine)
            return ""
        found = api.inspect_distribution(PROBED.familiar)  # type: ignore[no-untyped-call]
    return str(found.get("RegnbOrigin") or "")


def _ask_podman(engine: Engine) -> None:
    """https://docs.podman.io/en/latest/_static/api.html#tag/manifests/operation/ManifestInspectLibpod."""
    api = engine.client.api
    answer = api.get(f"{api.base_url}/v4.0.0/libpod/manifests/{PROBED}/json")
    if answer.status_code >= 400:
        raise failure(answer.text, subject=PROBED.familiar, otherwise=errors.PullFailed)


def _ask_from_here() -> None:
    with RegistryClient(f"https://{HUB_HOST}", timeout=_TIMEOUT) as client:
        try:
            in_time(lambda: client.get_manifest(PROBED.repository, PROBED.reference), HUB_HOST)
        except errors.TooManyRequests as error:
            raise errors.HubRateLimited(error.message, subject=PROBED.familiar) from error
        except errors.RegnbError as error:
            reason = reason_of(error)
            if reason:
                raise _unreachable(reason, "") from error


def _unreachable(reason: Reason, flavour: str) -> errors.HubUnreachable:
    error = errors.HubUnreachable(str(reason), subject=PROBED.familiar, reason=reason)
    error.flavour = flavour
    return error
