"""What a push, pull or login that was refused means, for the learner.

The words of the engine tell it, where they are known and say one thing only; where not, what the
registry does when the lab asks it itself, as somebody who shows nothing, and changes nothing.
"""

from __future__ import annotations

from contextlib import suppress

from cryptography import x509

from regnb import errors
from regnb.engine import Container
from regnb.errors.messages import known_messages, meaning_of
from regnb.lab.handshake import Handshake, shake_hands
from regnb.lab.session import REGISTRY_PORT, Session, published_port
from regnb.oci import ImageReference
from regnb.oci.reference import DOCKER_HUB
from regnb.outgoing import is_loopback
from regnb.registry import RegistryClient

# What is done with a registry; the table tells what may go wrong there.
_ACTIONS = {"push", "pull", "login"}
_NOBODY = "nobody"
# What names an image or a registry; the subject of other errors is a container or an engine.
_OF_REGISTRIES = (errors.ImageNotFound, errors.PullFailed, errors.PushFailed, errors.LoginRefused)
_TIMEOUT = 5.0
_TLS_MEANINGS = {
    "plain_http": "http_response",
    "wants_tls": "wants_tls",
    "unknown_authority": "unknown_authority",
    "wrong_name": "wrong_name",
    "expired": "expired",
    "not_yet_valid": "expired",
    "client_certificate": "client_certificate",
    "closed": "closed",
}
_MEANINGS: tuple[tuple[type[errors.RegistryError], str], ...] = (
    (errors.RegistryUnreachable, "unreachable"),
    (errors.TooManyRequests, "rate_limited"),
    (errors.NotFound, "no_such_tag"),
)


def explanation_of(
    session: Session, error: errors.EngineError | errors.RegistryError
) -> str | None:
    """Key of the text that explains `error`; None when nothing does."""
    meaning = meaning_of(error.message)
    if isinstance(error, errors.EngineError):
        if meaning is None and isinstance(error, _OF_REGISTRIES):
            meaning = _meaning_at_registry(session, error)
        # Token servers refuse those who have shown nothing in the same words.
        if meaning == "denied" and not error.user:
            meaning = _NOBODY
    return f"refusals.{meaning}" if meaning in _explained() else None


def _meaning_at_registry(session: Session, error: errors.EngineError) -> str | None:
    with suppress(errors.RegnbError):  # then the error itself has to do
        return meaning_at_registry(session, error.subject, as_somebody=bool(error.user))
    return None


def keys() -> set[str]:
    """Every key that `explanation_of` may give."""
    return {f"refusals.{meaning}" for meaning in _explained()}


def _explained() -> set[str]:
    known = known_messages()
    return {one for one in known.patterns if _ACTIONS & set(known.actions(one))} | {_NOBODY}


def meaning_at_registry(session: Session, subject: str, *, as_somebody: bool) -> str | None:
    """The meaning, see `regnb.errors.messages`, of what happens at the registry of `subject`.

    `subject` is a registry or an image there; `as_somebody` when the engine had a login to show.
    None when that registry lets the lab do all it tries.
    """
    address, _, name = subject.partition("/")
    if name and ImageReference.parse(subject).registry == DOCKER_HUB:
        return None
    container = _own_container(session, address)
    host = address.rpartition(":")[0] or address
    meaning = _of_connection(session, container, host) if container else None
    return meaning or _of_answers(session, container, address, name, as_somebody=as_somebody)


def _own_container(session: Session, address: str) -> Container | None:
    """The lab's container that the engine calls `address`."""
    for container in session.own_containers():
        inside = f"{container.address}:{REGISTRY_PORT}"
        if address in {inside, f"localhost:{published_port(container)}"}:
            return container
    return None


def _of_connection(session: Session, container: Container, host: str) -> str | None:
    port = published_port(container)
    if port is None:
        return "unreachable"
    if session.secure_transport(container) is None:
        return None if is_loopback(host) else "http_response"
    if is_loopback(host):
        return None
    try:
        found = shake_hands(
            port, host=host, authority=session.certificates.authority_file, client=None
        )
    except errors.RegistryError:
        return "closed"
    if found.distrust:
        return _of_certificate(found)
    return None if found.client == "not_asked" else "client_certificate"


def _of_certificate(found: Handshake) -> str | None:
    extensions = found.certificate.extensions
    if not any(isinstance(one.value, x509.SubjectAlternativeName) for one in extensions):
        return "common_name"
    return _TLS_MEANINGS.get(found.distrust or "")


def _of_answers(
    session: Session, container: Container | None, address: str, name: str, *, as_somebody: bool
) -> str | None:
    transport = session.secure_transport(container) if container else None
    place = f"localhost:{published_port(container)}" if container else address
    scheme = "http" if transport is None and (container or is_loopback(address)) else "https"
    credentials = "unauthorized" if as_somebody else "no_login"
    with RegistryClient(f"{scheme}://{place}", transport=transport, timeout=_TIMEOUT) as client:
        try:
            if client.probe().needs_credentials:
                return credentials
            if name:
                reference = ImageReference.parse(f"{address}/{name}")
                client.get_manifest(reference.repository, reference.reference)
        except errors.InvalidReference:
            return None
        except errors.Unauthorized:
            return credentials
        except errors.RegistryError as error:
            return _of_refusal(error)
    return None


def _of_refusal(error: errors.RegistryError) -> str | None:
    if isinstance(error, errors.TLSFailed):
        return _TLS_MEANINGS.get(error.reason)
    for kind, meaning in _MEANINGS:
        if isinstance(error, kind):
            return meaning
    return None
