"""TLS: the certificate of the registry, and those that its clients must show.

https://distribution.github.io/distribution/about/configuration/#tls
"""

from __future__ import annotations

import ssl

from regnb.errors import InvalidConfiguration
from regnb.server.config import Tls


def context_of(config: Tls) -> ssl.SSLContext:
    """The TLS settings of a server; raises InvalidConfiguration for files that do not fit."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(config.certificate, config.key)
        for path in config.client_cas:
            context.load_verify_locations(path)
    except (OSError, ValueError) as error:
        raise InvalidConfiguration("http.tls", str(error)) from error
    if config.client_cas:
        context.verify_mode = ssl.CERT_REQUIRED
    return context
