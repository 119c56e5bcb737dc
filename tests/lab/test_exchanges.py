from __future__ import annotations

import gc

import pytest

from regnb.errors import RegistryUnreachable
from regnb.lab import exchanges
from regnb.lab.exchanges import KEPT, Exchanges
from tests.analysis.test_wire import exchange


def test_each_step_starts_anew() -> None:
    heard = Exchanges()
    with heard.during("catalog"):
        heard.hear(exchange())
    with heard.during("tags"):
        heard.hear(exchange())
        heard.hear(exchange())
    assert (heard.step, heard.count, len(heard.kept)) == ("tags", 2, 2)


def test_step_inside_a_step_is_part_of_it() -> None:
    heard = Exchanges()
    with heard.during("clean_up"):
        heard.hear(exchange())
        with heard.during("catalog"):
            heard.hear(exchange())
    assert (heard.step, heard.count) == ("clean_up", 2)


def test_looking_does_not_forget() -> None:
    heard = Exchanges()
    with heard.during("tags"):
        heard.hear(exchange())
    with heard.during("address"), heard.during("wire"):
        pass
    assert (heard.step, heard.count) == ("tags", 1)


def test_step_that_fails_was_a_step() -> None:
    heard = Exchanges()
    with pytest.raises(OSError, match="gone"), heard.during("tags"):
        raise OSError("gone")
    with heard.during("push"):
        pass
    assert (heard.step, heard.count) == ("push", 0)


def test_client_in_the_hands_of_the_learner_has_a_step_for_each_cell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard = Exchanges()
    with heard.during("tags"):
        heard.hear(exchange())
    for cell, count in ((7, 1), (7, 2), (8, 1)):
        monkeypatch.setattr(exchanges, "cell_number", lambda cell=cell: cell)
        heard.hear(exchange())
        assert (heard.step, heard.count) == ("client", count)


def test_memory_is_bounded_and_the_count_is_not() -> None:
    heard = Exchanges()
    for _ in range(KEPT + 10):
        heard.hear(exchange())
    assert (heard.count, len(heard.kept)) == (KEPT + 10, KEPT)


class Follower:
    looks = 0

    def refresh(self) -> None:
        self.looks += 1


class Gone(Follower):
    def refresh(self) -> None:
        super().refresh()
        raise RegistryUnreachable("Gone.")


def test_views_look_again_after_each_step_and_cannot_break_it() -> None:
    heard, followers = Exchanges(), [Follower(), Gone()]
    for follower in followers:
        heard.follow(follower)
    with heard.during("clean_up"), heard.during("catalog"):
        pass
    with heard.during("wire"):
        pass
    assert [follower.looks for follower in followers] == [1, 1]


def test_view_that_nobody_holds_is_forgotten() -> None:
    heard, follower = Exchanges(), Follower()
    heard.follow(follower)
    del follower
    gc.collect()
    assert not heard._followers
