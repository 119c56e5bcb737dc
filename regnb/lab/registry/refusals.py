"""What a push, pull or login that was refused means, for the learner.

The words of the engine tell it, where they are known and say one thing only; where not, what the
registry does when the lab asks it itself.
"""

from __future__ import annotations

from contextlib import suppress

from regnb.errors import (
    EngineError,
    ImageNotFound,
    LoginRefused,
    PullFailed,
    PushFailed,
    RegistryError,
    RegnbError,
)
from regnb.errors.messages import meaning_of, table
from regnb.lab.registry.inquiry import inquire
from regnb.lab.session import Session

# What is done with a registry; the table tells what may go wrong there.
_ACTIONS = {"push", "pull", "login"}
_NOBODY = "nobody"
# What names an image or a registry; the subject of other errors is a container or an engine.
_OF_REGISTRIES = (ImageNotFound, PullFailed, PushFailed, LoginRefused)


def explanation_of(session: Session, error: EngineError | RegistryError) -> str | None:
    """Key of the text that explains `error`; None when nothing does."""
    meaning = meaning_of(error.message)
    if isinstance(error, EngineError):
        if meaning is None and isinstance(error, _OF_REGISTRIES):
            meaning = _asked(session, error)
        # Token servers refuse those who have shown nothing in the same words.
        if meaning == "denied" and not error.user:
            meaning = _NOBODY
    return f"refusals.{meaning}" if meaning in _explained() else None


def _asked(session: Session, error: EngineError) -> str | None:
    with suppress(RegnbError):  # then the error itself has to do
        return inquire(session, error.subject, as_somebody=bool(error.user))
    return None


def keys() -> set[str]:
    """Every key that `explanation_of` may give."""
    return {f"refusals.{meaning}" for meaning in _explained()}


def _explained() -> set[str]:
    known = {one for one in table().tells if _ACTIONS & set(table().actions(one))}
    return known | {_NOBODY}
