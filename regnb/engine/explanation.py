"""What an engine's words leave out of why Docker Hub could not be used."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlsplit

from docker import DockerClient

from regnb.embedded.remote.hub_problems import with_issuer
from regnb.engine.failures import engine_errors
from regnb.errors import EngineError, HubUnreachable
from regnb.errors.hub_reasons import Reason


def explained(error: HubUnreachable, client: DockerClient, flavour: str) -> HubUnreachable:
    """`error` of an engine with what its words leave out: who has signed, which proxy it was."""
    reason = with_issuer(error.reason)
    if reason.kind.startswith("proxy_") and not reason.who:
        reason = Reason(reason.kind, reason.host, _proxy_of(client) or "HTTPS_PROXY")
    error.reason, error.flavour = reason, flavour
    return error


def _proxy_of(client: DockerClient) -> str:
    """The address of the engine's proxy; empty when it has none, or does not tell."""
    told = ""
    with suppress(EngineError), engine_errors("", endpoint=""):
        told = str(client.info().get("HttpsProxy") or "")
    return urlsplit(told).netloc.rpartition("@")[2]
