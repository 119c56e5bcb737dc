"""Steps that secure a registry: certificates, connections, and what is refused without them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from regnb.errors import EngineError, NothingRefused, NotTls, RegistryError
from regnb.lab.authority import Role, authority_command, certificate_command
from regnb.lab.handshake import Handshake, handshake_command, shake_hands
from regnb.lab.refusals import explanation_of
from regnb.lab.registry import wait_quietly
from regnb.lab.session import OWN_CERTIFICATE, published_port
from regnb.lab.show import FOLDER, Command, Output, Sentence, show
from regnb.lab.steps import Steps, step
from regnb.tables.security_tables import certificates_table, facts_of, handshake_table
from regnb.tables.table import Table


class TlsSteps(Steps):
    """TLS: an authority of the lab's own, its certificates, and the connections they make."""

    @property
    def folder(self) -> Path:
        """The folder of this lab, with its certificates and passwords; what `regnb folder` says."""
        return self._session.folder.path

    @step
    def certificates(self) -> Table:
        """The lab's authority and the certificates that it has signed, one row each."""
        session = self._session
        return certificates_table(session.translator, session.certificates.all())

    @step
    def make_authority(self) -> Table:
        """Make the lab's certificate authority, unless there is one; the table of certificates."""
        self._session.show(Command(f'cd "{FOLDER}" && {authority_command().text}'))
        self._session.certificates.make_authority()
        self._session.say("security.authority_made")
        return self.certificates()

    @step
    def issue(
        self,
        name: str,
        *names: str,
        client: bool = False,
        expired: bool = False,
        common_name: str | None = None,
    ) -> Table:
        """Have the authority sign a certificate `name` for the hosts and addresses `names`.

        An older one of that name is replaced. `client` makes it one that a client shows, `expired`
        one that ended yesterday; without `names` it has a `common_name` alone. A port in a name
        does not count.
        """
        session = self._session
        hosts = [_host(text) for text in names]
        called = _host(common_name or name)
        role: Role = "client" if client else "server"
        session.show(certificate_command(name, called, hosts, role=role, expired=expired))
        session.certificates.issue(name, hosts, role=role, common_name=called, expired=expired)
        session.say("security.issued", name=name)
        found = [one for one in session.certificates.all() if one[0] == name]
        return certificates_table(session.translator, found)

    @step
    def handshake(self, name: str = "localhost") -> Table:
        """What a TLS connection to the registry agrees on, for a client that calls it `name`.

        Fields: tls_version, cipher, subject, names, issuer, not_after, trusted (True, or why not),
        client_certificate (whether the registry wants one, and takes the lab's).
        """
        session = self._session
        container = session.registry_container()
        port = published_port(container)
        if session.secure_transport(container) is None or port is None:
            raise NotTls(session.address)
        wait_quietly(session)
        pair = session.pair_for(container)
        client = OWN_CERTIFICATE if pair else None
        session.show(handshake_command(session.address, _host(name), client=client))
        found = shake_hands(
            port,
            host=_host(name),
            authority=session.certificates.authority_file,
            client=pair,
        )
        return handshake_table(session.translator, self._facts(found))

    @contextmanager
    def refusal(self) -> Iterator[None]:
        """A block that has to fail: shows the words of the engine or registry, and their meaning.

        Raises NothingRefused when all goes well.
        """
        try:
            yield
        except (EngineError, RegistryError) as error:
            show(Output(error.message))
            key = explanation_of(self._session, error)
            show(Sentence(self._translator(key) if key else str(error)))
            return
        self._raise_nothing_refused()

    @step
    def _raise_nothing_refused(self) -> None:
        raise NothingRefused

    def _facts(self, found: Handshake) -> dict[str, object]:
        facts = facts_of(found.certificate)
        del facts["not_before"]
        trusted = self._translator(f"tls.{found.distrust}.text") if found.distrust else True
        client = f"security.client_{found.client}"
        return {
            "tls_version": found.version,
            "cipher": found.cipher,
            **facts,
            "trusted": trusted,
            "client_certificate": self._translator(client),
        }


def _host(text: str) -> str:
    """`text` without the port, if it has one."""
    return text.rpartition(":")[0] or text
