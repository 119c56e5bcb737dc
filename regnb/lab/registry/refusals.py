"""The famous sentences with which engines and registries refuse, and what they mean.

The sentences are moby's and Go's: people who look for help search for them, word for word.
"""

from __future__ import annotations

_KNOWN = {
    "server gave HTTP response to HTTPS client": "http_response",
    "relies on legacy Common Name": "common_name",
    "doesn't contain any IP SANs": "wrong_name",
    "certificate is valid for": "wrong_name",
    "certificate is not valid for any names": "wrong_name",
    "certificate has expired": "expired",
    "signed by unknown authority": "unknown_authority",
    "tls: bad certificate": "client_certificate",
    "tls: certificate required": "client_certificate",
    "no basic auth credentials": "no_login",
    "requested access to the resource is denied": "denied",
    "unauthorized": "unauthorized",
    "401 Unauthorized": "unauthorized",
    "EOF": "closed",
}


def meaning_of(message: str) -> str | None:
    """Key of the text that explains `message`; None for a sentence that is not known."""
    return next((f"refusals.{key}" for text, key in _KNOWN.items() if text in message), None)


def keys() -> set[str]:
    """Every key that `meaning_of` may give."""
    return {f"refusals.{key}" for key in _KNOWN.values()}
