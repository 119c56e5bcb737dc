"""The settings of a registry with TLS and users, from the certificates and users of the lab."""

from __future__ import annotations

from regnb.lab.auth.tokens import ISSUER, SERVICE
from regnb.lab.registry.settings import (
    Auth,
    RegistrySettings,
    htpasswd_settings,
    tls_settings,
    token_settings,
)
from regnb.lab.session import OWN_CERTIFICATE, Session


def secured(
    session: Session, *, tls: str | None, clients: bool, auth: Auth | None
) -> RegistrySettings:
    """Settings for the certificate `tls`, client certificates, and users.

    With `clients` the lab gives itself a certificate to show. Raises CertificateUnknown and
    NoTokenServer.
    """
    settings = RegistrySettings()
    if tls is not None:
        settings |= tls_settings(tls, session.certificates.folder_of(tls), clients=clients)
        if clients and not session.certificates.has(OWN_CERTIFICATE):
            session.certificates.issue(OWN_CERTIFICATE, [], role="client")
            session.say("security.own_certificate", name=OWN_CERTIFICATE)
    if auth == "htpasswd":
        settings |= htpasswd_settings(session.users.file)
    if auth == "token":
        settings |= token_settings(
            session.tokens.url,
            service=SERVICE,
            issuer=ISSUER,
            certificate=session.tokens.issuer.certificate_file,
        )
    return settings
