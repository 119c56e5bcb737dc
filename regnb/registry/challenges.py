"""The challenges of a 401: which authentication a server wants, and with which parameters.

https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_SEPARATORS = re.compile(r"[ \t,]*")
_SCHEME = re.compile(rf"({_WORD})(?=[ \t,]|$)[ \t]*")
_TOKEN68 = re.compile(r"[0-9A-Za-z._~+/-]+=*(?=[ \t]*(?:,|$))")
# A value without quotes should be a token, but registries write URLs there too; a quoted one that
# is never closed ends with the header.
_PARAMETER = re.compile(rf'({_WORD})[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)(?:"|\\?$)|([^\s,"]*))')
_ANYTHING = re.compile(r"[^,]*")
_QUOTED_PAIR = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One challenge: `scheme` and the names of `parameters` in lower case."""

    scheme: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def realm(self) -> str:
        """For Bearer the URL of the token server, for Basic a text for people; may be empty."""
        return self.parameters.get("realm", "")

    @property
    def scopes(self) -> list[str]:
        """The rights that a Bearer token must carry, such as `repository:w3:pull,push`."""
        return self.parameters.get("scope", "").split()


def parse_challenges(headers: Iterable[str]) -> list[Challenge]:
    """The challenges of all `WWW-Authenticate` headers, in their order; nonsense is skipped."""
    return [challenge for header in headers for challenge in _parse(header)]


def _parse(header: str) -> list[Challenge]:
    found: list[tuple[str, dict[str, str]]] = []
    position = 0
    while (position := _end(_SEPARATORS, header, position)) < len(header):
        parameter = _PARAMETER.match(header, position) if found else None
        scheme = None if parameter else _SCHEME.match(header, position)
        if parameter:
            found[-1][1].setdefault(parameter[1].lower(), _value(parameter))
            position = parameter.end()
        elif scheme:
            found.append((scheme[1].lower(), {}))
            position = _end(_TOKEN68, header, scheme.end())
        else:
            position = _end(_ANYTHING, header, position)
    return [Challenge(scheme, parameters) for scheme, parameters in found]


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position


def _value(parameter: re.Match[str]) -> str:
    _, quoted, bare = parameter.groups()
    return bare if quoted is None else _QUOTED_PAIR.sub(r"\1", quoted)
