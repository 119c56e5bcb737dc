"""Registries of regnb's own behind a socket, plain and secured, for other programs to use."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import bcrypt
import trustme

from regnb.registry import Credentials, RegistryClient, UrllibTransport
from regnb.server import Config, DirectoryStorage, create_app
from regnb.server.configuration import Htpasswd, Tls, context_of
from regnb.web.http_server import serving

USER, PASSWORD = "anna", "secret"


@dataclass(frozen=True)
class Place:
    """A registry: its client, its address, and how skopeo gets in; `side` is `src` or `dest`."""

    client: RegistryClient
    address: str
    options: tuple[str, ...]

    def words(self, side: str) -> list[str]:
        return [option.format(side=side) for option in self.options]


def plain(stack: ExitStack, folder: Path) -> Place:
    """A registry that anybody may use, over HTTP."""
    server = stack.enter_context(serving(create_app(DirectoryStorage(folder / "store"))))
    address = f"localhost:{server.port}"
    client = stack.enter_context(RegistryClient(f"http://{address}"))
    return Place(client, address, ("--{side}-tls-verify=false",))


def secured(stack: ExitStack, folder: Path) -> Place:
    """A registry with TLS that wants a password."""
    authority, trusted = trustme.CA(), folder / "trusted"
    trusted.mkdir()
    issued = authority.issue_cert("localhost")
    authority.cert_pem.write_to_path(str(trusted / "ca.crt"))
    issued.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
    issued.private_key_pem.write_to_path(str(folder / "key.pem"))
    hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    (folder / "htpasswd").write_text(f"{USER}:{hashed}\n")
    app = create_app(
        DirectoryStorage(folder / "store"), Config(htpasswd=Htpasswd(str(folder / "htpasswd")))
    )
    context = context_of(Tls(str(folder / "cert.pem"), str(folder / "key.pem")))
    server = stack.enter_context(serving(app, context=context))
    address = f"localhost:{server.port}"
    transport = UrllibTransport(ca_file=trusted / "ca.crt")
    client = stack.enter_context(
        RegistryClient(
            f"https://{address}", transport=transport, credentials=Credentials(USER, PASSWORD)
        )
    )
    options = ("--{side}-tls-verify=true", f"--{{side}}-cert-dir={trusted}")
    return Place(client, address, (*options, f"--{{side}}-creds={USER}:{PASSWORD}"))
