"""Steps with users: passwords and tokens, logging in and out."""

from __future__ import annotations

from collections.abc import Mapping

from regnb.lab.auth import HTPASSWD, SERVICE, Rights, Scope, Token
from regnb.lab.session import Session
from regnb.lab.show import Command, command
from regnb.lab.steps import Steps, step
from regnb.registry import Credentials, Request, parse_challenges
from regnb.registry.transport import Response
from regnb.tables.security_tables import claims_table, handshake_table, rights_table
from regnb.tables.table import Table


class UserSteps(Steps):
    """Users of the registry, what they may do, and who the lab is for it."""

    @step
    def add_user(self, *names: str) -> None:
        """Give each of `names` a password, which the lab keeps and never shows."""
        users = self._session.users
        for name in names:
            # Without -c, htpasswd wants the file to be there; with it, it starts the file afresh.
            options = ["-B"] if users.names else ["-B", "-c"]
            self._session.show(command("htpasswd", *options, HTPASSWD, name))
            users.add(name)
            self._session.say("access.user_added", name=name)

    @step
    def login(self, name: str, password: str | None = None, *, registry: str | None = None) -> None:
        """Log in to the registry as `name`, with the password that the lab gave, or another.

        Raises LoginRefused, UserUnknown.
        """
        session = self._session
        address = registry or session.address
        if password is None:
            password = session.users.password_of(name)
        words = ("--username", name, "--password-stdin", address)
        session.show(command("docker", "login", *words))
        session.warn_of(address)
        session.engine.log_in(address, name, password)
        session.log_in(address, Credentials(name, password))
        session.say("access.logged_in", name=name, address=address)

    @step
    def logout(self, *, registry: str | None = None) -> None:
        """Forget who the lab was for the registry."""
        session = self._session
        address = registry or session.address
        session.show(command("docker", "logout", address))
        session.engine.log_out(address)
        session.log_in(address, None)
        session.say("access.logged_out", address=address)

    @step
    def challenge(self, repository: str | None = None) -> Table:
        """What the registry answers to a request without any credentials.

        Fields: status, and of its challenge challenge_scheme (`Basic` or `Bearer`),
        challenge_realm, challenge_service, challenge_scope (as far as there are).
        """
        session = self._session
        path = f"/v2/{repository}/tags/list" if repository else "/v2/"
        session.show(command("curl", "--include", f"{session.client.url}{path}"))
        return handshake_table(session.translator, answer_to(session, path))

    @step
    def run_token_server(self, writers: Mapping[str, str] | None = None) -> Table:
        """Run a token server beside the lab: everybody may pull, `writers` may push.

        `writers` maps a repository to the user who may write to it; the table shows who may what.
        """
        session = self._session
        rights = Rights(dict(writers or {}))
        url = session.tokens.run(rights)
        session.say("access.token_server_runs", url=url)
        return rights_table(session.translator, rights.writers)

    @step
    def token(
        self, user: str | None = None, scope: str = "repository:w3:pull", *, expired: bool = False
    ) -> Token:
        """A token of the token server for `scope`; `expired`, one that ended five minutes ago.

        Its `claims` are what it says. Raises NoTokenServer, UserUnknown.
        """
        session = self._session
        session.show(_token_command(session.tokens.url, user, scope))
        return session.tokens.give(user or "", Scope.parse_all([scope]), expired=expired)

    @step
    def read_token(self, token: Token) -> Table:
        """What `token` says, one row per claim; anybody who has it can read that."""
        return claims_table(self._session.translator, token.claims)

    @step
    def present(self, token: Token, repository: str) -> Table:
        """What the registry answers to a request for the tags of `repository` with `token`.

        Fields as of `challenge`, with challenge_error for a token that does not do.
        """
        session = self._session
        path = f"/v2/{repository}/tags/list"
        url = f"{session.client.url}{path}"
        session.show(Command(f'curl --include --header "Authorization: Bearer $TOKEN" {url}'))
        answer = answer_to(session, path, token=token.value)
        return handshake_table(session.translator, answer)


def _token_command(url: str, user: str | None, scope: str) -> Command:
    query = ("--data-urlencode", f"service={SERVICE}", "--data-urlencode", f"scope={scope}")
    name = ("--user", user) if user else ()
    return command("curl", "--get", *name, *query, url)


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
