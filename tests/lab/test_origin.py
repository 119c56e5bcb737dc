from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import pytest

from regnb.engine import Progress
from regnb.i18n import Translator
from regnb.lab.origin import say_origin
from regnb.lab.session import Session


@dataclass
class Listener:
    translator: Translator = field(default_factory=lambda: Translator("en"))
    said: list[str] = field(default_factory=list)

    def say(self, key: str, **values: object) -> None:
        self.said.append(self.translator(key, **values))


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("Not from Docker Hub (no network): this is a sample image of regnb", "cannot be reached"),
        ("Not from Docker Hub (REGNB_HUB=samples): this is a sample", "`REGNB_HUB=samples`"),
        ("Not from Docker Hub (pull limit): this is a sample image", "pull limit is reached"),
        (
            "The pull limit of Docker Hub is reached: this image comes from mirror.gcr.io",
            "its mirror `mirror.gcr.io`",
        ),
        ("Pulling from library/nginx", ""),
    ],
)
def test_origin_is_said_once_and_events_go_on(status: str, said: str) -> None:
    listener = Listener()
    events = [Progress("", status), Progress("abc", "Pull complete")]
    assert list(say_origin(cast("Session", listener), events)) == events
    assert len(listener.said) == bool(said)
    assert said in "".join(listener.said)
