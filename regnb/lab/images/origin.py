"""Where an image came from, when that is not where its name says.

The embedded engine says it in a line of its pull: a mirror of Docker Hub, a machine in the room,
or a sample.
"""

from __future__ import annotations

import re

from regnb.errors.hub_reasons import Reason
from regnb.i18n import Translator

_SAMPLE = re.compile(r"Not from Docker Hub \((?P<why>.+)\): this is a sample")
_ROOM = re.compile(r"As REGNB_HUB says: this image comes from (?P<host>\S+)$")
_MIRROR = re.compile(r"this image comes from (?P<host>\S+)$")


def told_origin(status: str, translator: Translator) -> str | None:
    """The sentence for a `status` that tells another origin; None for any other status."""
    if sample := _SAMPLE.match(status):
        reason = reason_told(status)
        why = translator.why(reason) if reason else sample["why"]
        return translator("lab.from_samples", why=why)
    if room := _ROOM.match(status):
        return translator("lab.from_room", host=room["host"])
    if mirror := _MIRROR.search(status):
        return translator("lab.from_mirror", host=mirror["host"])
    return None


def reason_told(status: str) -> Reason | None:
    """Why a `status` says that samples are there; None when it says something else."""
    sample = _SAMPLE.match(status)
    return Reason.parse(sample["why"]) if sample else None
