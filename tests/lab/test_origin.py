from __future__ import annotations

import pytest

from regnb.i18n import Translator
from regnb.lab.images import pulled_from


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (
            (
                "Not from Docker Hub (the certificate of registry-1.docker.io is signed by "
                "Filter (Ltd), Root: it, which is not trusted): this is a sample image of regnb"
            ),
            "signed by “Filter (Ltd), Root: it”",
        ),
        ("Not from Docker Hub (REGNB_HUB=samples): this is a sample", "`REGNB_HUB=samples`"),
        ("Not from Docker Hub (pull limit): this is a sample image", "pull limit is reached"),
        ("Not from Docker Hub (something new): this is a sample image", "something new"),
        ("As REGNB_HUB says: this image comes from room:5055", "but from `room:5055`"),
        (
            "The pull limit of Docker Hub is reached: this image comes from mirror.gcr.io",
            "its mirror `mirror.gcr.io`",
        ),
    ],
)
def test_other_origin_is_told(status: str, said: str) -> None:
    assert said in (pulled_from(status, Translator("en")) or "")
    assert pulled_from(status, Translator("fr"))


def test_pull_from_docker_hub_needs_no_words() -> None:
    assert pulled_from("Pulling from library/nginx", Translator("en")) is None
