from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from regnb.errors import RegistryUnreachable, TooManyRequests
from regnb.inventory.throttle import Stopped, Throttle


def failing(error: Exception, calls: list[int]) -> Callable[[], None]:
    def action() -> None:
        calls.append(1)
        raise error

    return action


def test_registry_that_is_gone_is_not_asked_for_ever() -> None:
    throttle, calls = Throttle(), list[int]()
    for _ in range(200):
        with pytest.raises(RegistryUnreachable):
            throttle.call(failing(RegistryUnreachable("Nobody."), calls))
    assert len(calls) == 32


def test_answer_in_between_lets_it_go_on() -> None:
    throttle, calls = Throttle(), list[int]()
    for _ in range(100):
        with pytest.raises(RegistryUnreachable):
            throttle.call(failing(RegistryUnreachable("Nobody."), calls))
        assert throttle.call(lambda: 1) == 1
    assert len(calls) == 100


def test_limit_that_never_ends_is_told() -> None:
    throttle, calls = Throttle(), list[int]()
    error = TooManyRequests("Slowly.")
    error.retry_after = 0.0
    with pytest.raises(TooManyRequests):
        throttle.call(failing(error, calls))
    assert len(calls) == 6


def test_all_threads_wait_together() -> None:
    throttle, calls = Throttle(), list[int]()
    error = TooManyRequests("Slowly.")
    error.retry_after = 0.5

    def once() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise error

    started = time.monotonic()
    waiting = threading.Thread(target=throttle.call, args=(once,))
    waiting.start()
    while not calls:
        time.sleep(0.001)
    time.sleep(0.05)
    throttle.call(lambda: None)
    assert time.monotonic() - started > 0.4
    waiting.join()


def test_stop_wakes_who_waits() -> None:
    throttle = Throttle()
    error = TooManyRequests("Slowly.")
    error.retry_after = 100.0
    threading.Timer(0.1, throttle.stop).start()
    started = time.monotonic()
    with pytest.raises(Stopped):
        throttle.call(failing(error, []))
    assert time.monotonic() - started < error.retry_after / 2
