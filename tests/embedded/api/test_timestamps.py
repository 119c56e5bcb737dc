from __future__ import annotations

import time

import pytest

from regnb.embedded.api.timestamps import timestamp
from regnb.embedded.refusal import Refusal


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1h30m", 5400), ("1.5h", 5400), ("300ms", 0.3), (".5m", 30), ("1us", 1e-6), ("-5h", -18000)],
)
def test_durations_are_before_now(text: str, seconds: float) -> None:
    assert time.time() - timestamp(text) == pytest.approx(seconds, abs=2)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        *(("0", 0), ("1700000000.5", 1700000000.5), ("2001-01-01Z", 978307200)),
        *(("2001-01-01T00:00:00Z", 978307200), ("2001-01-01T01:00+01:00", 978307200)),
        *(("2001-01-01t00:00:00.123456789z", 978307200.123456), ("2001-01-01T10Z", 978343200)),
    ],
)
def test_times_are_read_as_by_docker(text: str, seconds: float) -> None:
    assert timestamp(text) == seconds


def test_time_without_zone_is_one_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC-02:00")
    time.tzset()
    try:
        assert timestamp("2001-01-01T02:00") == timestamp("2001-01-01Z")
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    "text",
    [
        *("x", "", "1d", "10:00", "1700000000.5.5", "-1", "2001-1-1", "2001-01-01 00:00"),
        *("2001-13-01", "٣s", "20010101T00", "2001-W01-1"),
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="pars"):
        timestamp(text)
