"""What a registry answers to a request with a token, or with nothing at all."""

from __future__ import annotations

from regnb.lab.session import Session
from regnb.registry import Request, parse_challenges
from regnb.registry.transport import Response


def answer_to(session: Session, path: str, *, token: str = "") -> dict[str, object]:
    """Status and challenge of the answer to a GET of `path`, as fields of a table.

    Nothing is added to the request, and nothing is asked twice: not what a client would do.
    """
    url = f"{session.client.url}{path}"
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = Request("GET", url, headers, timeout=10.0)
    with session.bare_transport() as transport, transport.send(request) as response:
        return {"status": response.status, **_challenge(response)}


def _challenge(response: Response) -> dict[str, object]:
    found = parse_challenges(response.headers.getlist("WWW-Authenticate"))
    if not found:
        return {}
    parameters = {f"challenge_{name}": value for name, value in found[0].parameters.items()}
    return {"challenge_scheme": found[0].scheme.capitalize(), **parameters}
