"""Why Docker Hub could not be used: one phrase, which can be read again.

The embedded engine says it in English, as Docker does, in a line of its pull; views have the words
for each kind, and what to do about it, in both languages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

HUB_HOST = "registry-1.docker.io"

# `{host}` is the server that it is about, `{who}` whatever else there is to name.
PHRASES = {
    "choice": "REGNB_HUB=samples",
    "limit": "pull limit",
    "no_address": "{host} has no address here",
    "unreachable": "{host} cannot be reached",
    "timeout": "{host} did not answer in time",
    "cut": "the connection to {host} was cut",
    "untrusted": "the certificate of {host} is signed by {who}, which is not trusted",
    "unknown_authority": "the certificate of {host} is not trusted",
    "out_of_date": "the certificate of {host} is not valid at this time",
    "wrong_name": "what answers for {host} has the certificate of another",
    "tls": "no secure connection with {host}",
    "proxy_login": "the proxy {who} asks for a login",
    "proxy_refuses": "the proxy {who} refuses {host}",
    "proxy_fails": "the proxy {who} cannot reach {host}",
    "proxy_silent": "the proxy {who} does not answer",
    "forbidden": "{host} is refused with status {who}",
    "login_page": "a login page of {who} answers for {host}",
    "server_error": "{host} has a problem, status {who}",
    "no_registry": "what answers for {host} is no registry",
    "ca_file": "the file {who} holds no certificates",
}
# What is to be mended; all else is about the connection.
_CONCERNS = {
    "choice": "nothing",
    "limit": "limit",
    "untrusted": "trust",
    "unknown_authority": "trust",
    "out_of_date": "clock",
    "wrong_name": "filter",
    "proxy_login": "proxy_login",
    "proxy_refuses": "filter",
    "proxy_fails": "proxy",
    "proxy_silent": "proxy",
    "forbidden": "filter",
    "login_page": "login_page",
    "server_error": "patience",
    "no_registry": "login_page",
    "ca_file": "ca_file",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a registry could not be used: `kind` is a key of PHRASES."""

    kind: str
    host: str = HUB_HOST
    who: str = ""

    def __str__(self) -> str:
        return PHRASES[self.kind].format(host=self.host, who=self.who)

    @property
    def concern(self) -> str:
        """What is to be mended: a key that views translate."""
        return _CONCERNS.get(self.kind, "network")

    @classmethod
    def parse(cls, text: str) -> Reason | None:
        """The reason that `text` says; None for any other text."""
        for kind, phrase in PHRASES.items():
            if found := _pattern(phrase).fullmatch(text):
                return cls(kind, **found.groupdict())
        return None


def _pattern(phrase: str) -> re.Pattern[str]:
    parts = {r"\{host\}": r"(?P<host>[\w.:\[\]-]+)", r"\{who\}": "(?P<who>.+)"}
    text = re.escape(phrase)
    for placeholder, group in parts.items():
        text = text.replace(placeholder, group)
    return re.compile(text)
