"""The sentences of `regnb.errors.messages` as patterns, and which the engine at hand says."""

from __future__ import annotations

import re

from regnb.engine import Engine
from regnb.errors.messages import known_messages

_HOST = r"(?:\[[0-9a-f:]+\]|[\w.-]+)(?::\d+)*"
_NAME = r"[\w./-]+"
_PLACEHOLDERS = {
    "digest": "sha256:[0-9a-f]{64}",
    "host": _HOST,
    "id": "[0-9a-f]{12,64}",
    "name": _NAME,
    "path": r"/[\w./-]+",
    "reference": rf"{_HOST}(?:/{_NAME})?(?::[\w.-]+)?",
    "repository": rf"{_HOST}/{_NAME}",
    "tag": r"[\w.-]+",
    "text": ".*",
    "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "url": rf"https?://{_HOST}",
}


def column_of(engine: Engine) -> str:
    """The newest engine of the table that is not newer than `engine`; ours speaks as Docker 28."""
    if engine.flavour == "podman":
        return "podman"
    store = "-containerd" if engine.has_containerd_store else ""
    major = 28 if engine.flavour == "embedded" else int(engine.version.partition(".")[0])
    known = [name for name in known_messages().engines if re.fullmatch(rf"docker-\d+{store}", name)]
    return max((name for name in known if _major(name) <= major), key=_major)


def _major(name: str) -> int:
    return int(name.split("-")[1])


def is_said(told: str, engine: Engine, meaning: str, action: str) -> bool:
    """Whether `told` is what the table says of that engine."""
    known = known_messages().sentences(column_of(engine), meaning, action)
    return any(pattern(sentence).fullmatch(told.strip()) for sentence in known)


def pattern(sentence: str) -> re.Pattern[str]:
    """What fits `sentence` with anything in its placeholders."""
    parts = re.split(r"\{(\w+)\}", sentence)
    texts = [_PLACEHOLDERS[part] if odd % 2 else re.escape(part) for odd, part in enumerate(parts)]
    return re.compile("".join(texts), re.DOTALL)
