"""The curl commands that stand for what the lab asks of registries."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from regnb.lab.registry.settings import AUTH, CERTIFICATE
from regnb.lab.session import Session, published_port
from regnb.lab.show import Command, command


def curl(session: Session, url: str, *words: str, accept: Sequence[str] = ()) -> Command:
    """The command that requests `url`, as somebody whom the lab's own registry knows."""
    headers = ["--header", f"Accept: {', '.join(accept)}"] if accept else []
    address = urlsplit(url).netloc
    options = [*trust_options(session, address), *_user_options(session, address)]
    return command("curl", *options, *words, *headers, url, folder=session.folder.path)


def trust_options(session: Session, address: str) -> list[str]:
    """What curl has to be told for the TLS of the lab's registry at `address`; else nothing."""
    for container in session.own_containers():
        if f"localhost:{published_port(container)}" == address:
            if CERTIFICATE not in session.engine.setup_of(container.name).environment:
                return []
            options = ["--cacert", str(session.certificates.authority_file)]
            pair = session.pair_for(container)
            return [*options, "--cert", str(pair[0]), "--key", str(pair[1])] if pair else options
    return []


def _user_options(session: Session, address: str) -> list[str]:
    """The name whose password curl asks for; tokens are another matter (chapter 05)."""
    name = session.user_at(address)
    if name is None or address != session.address:
        return []
    setup = session.engine.setup_of(session.registry_container().name)
    return ["--user", name] if setup.environment.get(AUTH) == "htpasswd" else []
