"""Volumes of the lab: each learner's own, also when two choose the same name on one engine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from regnb.errors import NameTaken
from regnb.lab.registry.settings import RegistrySettings
from regnb.lab.session import Session

_MOST = 100


def resolved(session: Session, settings: RegistrySettings) -> RegistrySettings:
    """`settings` with whole paths, and with volumes that are this lab's or that nobody has."""
    sources = {path: source_of(session, text) for path, text in settings.volumes.items()}
    return replace(settings, volumes=sources)


def source_of(session: Session, text: str) -> str:
    """The path of this machine that `text` is, or the name of the lab's volume for it.

    Raises NameTaken when others have the name, and a hundred like it.
    """
    if "/" in text or "\\" in text:
        return str(Path(text).expanduser().resolve())
    own = session.own_volumes()
    others = set(session.engine.volumes()) - set(own)
    names = [text, *(f"{text}-{number}" for number in range(2, _MOST))]
    name = next((one for one in names if one in own), None)
    if name is None:
        name = next((one for one in names if one not in others), None)
        if name is None:
            raise NameTaken(f"Every volume from {text} to {text}-99 is taken.", subject=text)
        if name != text:
            session.say("keeping.volume_taken", taken=text, name=name)
    return name
