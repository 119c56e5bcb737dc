"""Steps with users: passwords and tokens, logging in and out."""

from __future__ import annotations

from collections.abc import Mapping

from regnb.lab.auth.tokens import SERVICE, Rights, Scope, Token
from regnb.lab.auth.users import HTPASSWD
from regnb.lab.registry.challenges import answer_to
from regnb.lab.show import Command, command
from regnb.lab.steps.base import Steps
from regnb.lab.telling import told
from regnb.registry import Credentials
from regnb.tables import Table, claims_table, handshake_table, rights_table


class Access(Steps):
    """Users of the registry, what they may do, and who the lab is for it."""

    @told
    def add_user(self, *names: str) -> None:
        """Give each of `names` a password, which the lab keeps and never shows."""
        users = self._session.users
        for name in names:
            # Without -c, htpasswd wants the file to be there; with it, it starts the file afresh.
            options = ["-B"] if users.names else ["-B", "-c"]
            self._session.show(command("htpasswd", *options, HTPASSWD, name))
            users.add(name)
            self._session.say("access.user_added", name=name)

    @told
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
        session.engine.log_in(address, name, password)
        session.log_in(address, Credentials(name, password))
        session.say("access.logged_in", name=name, address=address)

    @told
    def logout(self, *, registry: str | None = None) -> None:
        """Forget who the lab was for the registry."""
        session = self._session
        address = registry or session.address
        session.show(command("docker", "logout", address))
        session.engine.log_out(address)
        session.log_in(address, None)
        session.say("access.logged_out", address=address)

    @told
    def challenge(self, repository: str | None = None) -> Table:
        """What the registry answers to a request without any credentials.

        Fields: status, and of its challenge challenge_scheme (`Basic` or `Bearer`),
        challenge_realm, challenge_service, challenge_scope (as far as there are).
        """
        session = self._session
        path = f"/v2/{repository}/tags/list" if repository else "/v2/"
        session.show(command("curl", "--include", f"{session.client.url}{path}"))
        return handshake_table(session.translator, answer_to(session, path))

    @told
    def run_token_server(self, writers: Mapping[str, str] | None = None) -> Table:
        """Run a token server beside the lab: everybody may pull, `writers` may push.

        `writers` maps a repository to the user who may write to it; the table shows who may what.
        """
        session = self._session
        rights = Rights(dict(writers or {}))
        url = session.tokens.run(rights)
        session.say("access.token_server_runs", url=url)
        return rights_table(session.translator, rights.writers)

    @told
    def token(
        self, user: str | None = None, scope: str = "repository:w3:pull", *, expired: bool = False
    ) -> Token:
        """A token of the token server for `scope`; `expired`, one that ended five minutes ago.

        Its `claims` are what it says. Raises NoTokenServer, UserUnknown.
        """
        session = self._session
        session.show(_token_command(session.tokens.url, user, scope))
        return session.tokens.give(user or "", Scope.parse_all([scope]), expired=expired)

    @told
    def read_token(self, token: Token) -> Table:
        """What `token` says, one row per claim; anybody who has it can read that."""
        return claims_table(self._session.translator, token.claims)

    @told
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
