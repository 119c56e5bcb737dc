"""Where an image came from, when that is not where its name says.

The embedded engine says it in a line of its pull: a mirror of Docker Hub, or a sample.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from regnb.engine import Progress
from regnb.lab.session import Session

_SAMPLE = re.compile(r"Not from Docker Hub \((?P<why>.+)\)")
_MIRROR = re.compile(r"this image comes from (?P<host>\S+)$")


def say_origin(session: Session, events: Iterable[Progress]) -> Iterator[Progress]:
    """The same events; says in the learner's language where the image comes from."""
    for event in events:
        if sample := _SAMPLE.match(event.status):
            session.say("lab.from_samples", why=_why(session, sample["why"]))
        elif mirror := _MIRROR.search(event.status):
            session.say("lab.from_mirror", host=mirror["host"])
        yield event


def _why(session: Session, why: str) -> str:
    key = f"lab.why_{re.sub(r'[^a-z]+', '_', why.lower())}"
    return session.translator(key) if session.translator.has(key) else why
