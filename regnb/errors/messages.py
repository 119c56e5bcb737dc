"""What engines and registries say when something goes wrong, and what it means.

The sentences are those of moby, containerd, Podman and of Go's libraries: people who look for help
search for them, word for word. They are one table, `messages.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

from regnb.errors.hub_reasons import HUB_HOST, Reason

# What `_said` reads: an action, then an engine, then its sentence or sentences.
_Sentences = Mapping[str, Mapping[str, str | list[str]]]
_ASKED = re.compile(r'\b(?:get|head|post)\w* "?https?://([^/" ]+)', re.IGNORECASE)
_NOT_MEANINGS = ("engines", "requests", "reasons")
_Patterns: TypeAlias = tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class ReasonWords:
    """The words of one kind of `regnb.errors.hub_reasons.Reason`.

    They are looked for where the message has `meaning`, or any when that is empty; `of_hub` when
    they mean so of Docker Hub alone. A group `who` is the reason's.
    """

    kind: str
    meaning: str
    of_hub: bool
    patterns: _Patterns


@dataclass(frozen=True, slots=True)
class MessageTable:
    """All of `messages.toml`; `engines` maps each to whose sentences it has, but for its own.

    `patterns` are those of each meaning, from the precise to the general. The first of the
    `reasons` that is found is why a registry could not be used.
    """

    engines: Mapping[str, str]
    patterns: Mapping[str, _Patterns]
    reasons: tuple[ReasonWords, ...]
    _requests: _Sentences
    _meanings: Mapping[str, _Sentences]

    def actions(self, meaning: str) -> list[str]:
        """Whatever an engine may do when it says this: `push`, `pull`, `login`, `run`."""
        return list(self._meanings[meaning])

    def sentences(self, engine: str, meaning: str, action: str) -> list[str]:
        """Each sentence that `engine` may say, with placeholders in braces."""
        request = self._of(engine, self._requests.get(action, {}))
        found = self._of(engine, self._meanings[meaning].get(action, {}))
        return [text.replace("{request}", "".join(request)) for text in found]

    def _of(self, engine: str, by_engine: Mapping[str, str | list[str]]) -> list[str]:
        while engine and engine not in by_engine:
            engine = self.engines[engine]
        found = by_engine.get(engine, [])
        return [found] if isinstance(found, str) else found


@cache
def known_messages() -> MessageTable:
    """The table, which is read once."""
    content: dict[str, Any] = tomllib.loads(
        (files("regnb.errors") / "messages.toml").read_text("utf-8")
    )
    meanings = {name: part for name, part in content.items() if name not in _NOT_MEANINGS}
    reasons: list[dict[str, Any]] = content["reasons"]
    patterns = {
        name: _patterns(part.pop("patterns", [])) + _patterns(_shared(reasons, name))
        for name, part in meanings.items()
    }
    found = tuple(_reason(patterns, **reason) for reason in reasons)
    return MessageTable(content["engines"], patterns, found, content["requests"], meanings)


def _shared(reasons: list[dict[str, Any]], meaning: str) -> list[str]:
    """The patterns of the reasons with this meaning are those of the meaning too."""
    own = (one.get("patterns", []) for one in reasons if one.get("meaning") == meaning)
    return [text for texts in own for text in texts]


def _reason(
    shared: Mapping[str, _Patterns],
    *,
    kind: str,
    meaning: str = "",
    of_hub: bool = False,
    patterns: Iterable[str] = (),
) -> ReasonWords:
    return ReasonWords(kind, meaning, of_hub, _patterns(patterns) or shared[meaning])


def _patterns(texts: Iterable[str]) -> _Patterns:
    return tuple(re.compile(text, re.IGNORECASE) for text in texts)


def meaning_of(message: str) -> str | None:
    """The meaning of what an engine or registry said, a key of the table; None when not known."""
    for meaning, patterns in known_messages().patterns.items():
        if any(pattern.search(message) for pattern in patterns):
            return meaning
    return None


def reason_in(message: str, *, of_hub: bool) -> Reason | None:
    """Why the registry of an image could not be used, read from an engine's `message`.

    None when the words mean something else; `of_hub` for an image of Docker Hub.
    """
    asked = _ASKED.findall(message)  # a token server is named after the registry
    host = asked[-1] if asked else HUB_HOST
    meaning = meaning_of(message)
    for one in known_messages().reasons:
        if (one.of_hub and not of_hub) or (one.meaning and one.meaning != meaning):
            continue
        if found := next(filter(None, (pattern.search(message) for pattern in one.patterns)), None):
            who = found.groupdict().get("who") or ""
            return Reason(one.kind, host, who or (host if one.kind == "login_page" else ""))
    return None
