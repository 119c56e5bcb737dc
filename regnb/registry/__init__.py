"""The client of the registry API, over a socket or to an app in the same process.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

from __future__ import annotations

from regnb.registry.authentication import Credentials
from regnb.registry.challenges import Challenge, parse_challenges
from regnb.registry.client import RegistryClient
from regnb.registry.probe import Probe
from regnb.registry.transfers import Upload
from regnb.registry.transport import Exchange, Request, Response, Transport
from regnb.registry.urllib_transport import UrllibTransport
from regnb.registry.wsgi_transport import WsgiTransport

__all__ = [
    "Challenge",
    "Credentials",
    "Exchange",
    "Probe",
    "RegistryClient",
    "Request",
    "Response",
    "Transport",
    "Upload",
    "UrllibTransport",
    "WsgiTransport",
    "parse_challenges",
]
