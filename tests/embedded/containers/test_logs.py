from __future__ import annotations

from pathlib import Path

import pytest

from regnb.embedded.containers.logs import STDERR, STDOUT, LogLine, LogQuery, Logs

BOTH = frozenset({STDOUT, STDERR})
LINE = LogLine(STDERR, "2026-01-01T00:00:00Z", "hello\n")


@pytest.fixture
def logs(tmp_path: Path) -> Logs:
    return Logs(tmp_path / "log.jsonl")


def texts(logs: Logs, query: LogQuery) -> list[str]:
    return [line.text for line in logs.read(query, 0.01) if line]


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({}, b"\x02\0\0\0\0\0\0\x06hello\n"),
        ({"timestamps": True}, b"\x02\0\0\0\0\0\0\x1b2026-01-01T00:00:00Z hello\n"),
        ({"terminal": True}, b"hello\r\n"),
    ],
)
def test_line_goes_in_a_frame_unless_to_a_terminal(options: dict[str, bool], sent: bytes) -> None:
    assert LINE.sent(**options) == sent


def test_lines_of_the_streams_that_are_wanted(logs: Logs) -> None:
    assert texts(logs, LogQuery(BOTH)) == []
    for stream, text in ((STDOUT, "one\n"), (STDERR, "two\n"), (STDOUT, "three\n")):
        logs.add(stream, text)
    assert texts(logs, LogQuery(BOTH)) == ["one\n", "two\n", "three\n"]
    assert texts(logs, LogQuery(frozenset({STDERR}))) == ["two\n"]
    assert texts(logs, LogQuery(BOTH, tail=2)) == ["two\n", "three\n"]
    assert texts(logs, LogQuery(BOTH, tail=0)) == []


def test_lines_are_between_two_moments() -> None:
    moment = 1_767_225_600.0  # that of LINE
    assert LogQuery(BOTH, since=moment, until=moment).wants(LINE)
    assert not LogQuery(BOTH, since=moment + 1).wants(LINE)
    assert not LogQuery(BOTH, until=moment - 1).wants(LINE)


def test_followed_log_ends_when_nobody_writes_into_it(logs: Logs) -> None:
    logs.opened()
    logs.add(STDOUT, "one\n")
    lines = logs.read(LogQuery(BOTH, follow=True), 0.01)
    assert [next(lines), next(lines)][1] is None
    logs.add(STDOUT, "two\n")
    logs.closed()
    assert [line.text for line in lines if line] == ["two\n"]


def test_half_a_line_of_a_killed_engine_is_left_out(tmp_path: Path) -> None:
    logs = Logs(tmp_path / "log.jsonl")
    logs.add(STDOUT, "one\n")
    with (tmp_path / "log.jsonl").open("a") as file:
        file.write('{"log": "tw')
    assert texts(logs, LogQuery(BOTH)) == ["one\n"]


def test_line_that_is_no_json_is_shown_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text("broken\n")
    assert texts(Logs(tmp_path / "log.jsonl"), LogQuery(BOTH)) == ["broken\n"]
