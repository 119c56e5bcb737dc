"""What engines and registries say when something goes wrong, and what it means.

The sentences are those of moby, containerd, Podman and of Go's libraries: people who look for help
search for them, word for word. They are one table, `words.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

# What `_said` reads: an action, then an engine, then its sentence or sentences.
_Sentences = Mapping[str, Mapping[str, str | list[str]]]
_NOT_MEANINGS = ("engines", "requests")


@dataclass(frozen=True, slots=True)
class Table:
    """All of `words.toml`; `engines` maps each to the one whose sentences it has, but for its own.

    `tells` are the patterns of each meaning, from the precise to the general.
    """

    engines: Mapping[str, str]
    tells: Mapping[str, tuple[re.Pattern[str], ...]]
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
def table() -> Table:
    """The table, which is read once."""
    content: dict[str, Any] = tomllib.loads(
        (files("regnb.engine") / "words.toml").read_text("utf-8")
    )
    meanings = {name: part for name, part in content.items() if name not in _NOT_MEANINGS}
    tells = {
        name: tuple(re.compile(text, re.IGNORECASE) for text in part.pop("tells"))
        for name, part in meanings.items()
    }
    return Table(content["engines"], tells, content["requests"], meanings)


def meaning_of(message: str) -> str | None:
    """The meaning of what an engine or registry said, a key of the table; None when not known."""
    for meaning, patterns in table().tells.items():
        if any(pattern.search(message) for pattern in patterns):
            return meaning
    return None
