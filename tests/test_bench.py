"""What the benches are judged by; they themselves are run by `make bench`."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench import __main__ as command
from bench.big_registry import contents_of, fill_regnb
from bench.harness import Ratio, in_turn
from bench.picture import picture
from regnb.inventory import inventory
from regnb.oci import media_types
from regnb.registry import RegistryClient, WsgiTransport
from regnb.server import Config, DirectoryStorage, create_app


@pytest.mark.parametrize(
    ("ours", "at_most", "missed"),
    [
        ([1.0, 1.0, 1.0], 1.0, False),
        ([1.2, 1.2, 1.2], 1.0, True),
        ([1.2, 0.9, 1.5], 1.0, False),
        ([9.0, 9.0, 9.0], None, False),
    ],
    ids=["met", "missed", "within the noise", "no target"],
)
def test_target_is_missed_by_more_than_the_noise(
    ours: list[float], at_most: float | None, missed: bool
) -> None:
    assert Ratio("x", ours, [1.0, 1.0, 1.0], at_most=at_most).missed is missed


@pytest.mark.parametrize(
    ("ours", "floor", "out_of_reach", "missed"),
    [
        ([0.6, 0.6, 0.6], [0.5, 0.5, 0.5], True, False),
        ([0.9, 0.9, 0.9], [0.5, 0.5, 0.5], True, True),
        ([0.6, 0.6, 0.6], [0.2, 0.2, 0.2], False, True),
        ([0.2, 0.2, 0.2], [0.1, 0.1, 0.1], False, False),
        ([0.6, 0.6, 0.6], [0.2, 0.3, 0.5], False, True),
        ([0.6, 0.6, 0.6], [], False, True),
    ],
    ids=["near the floor", "far above it", "reachable, missed", "met", "not sure", "unknown"],
)
def test_target_below_the_floor_is_replaced(
    ours: list[float], floor: list[float], out_of_reach: bool, missed: bool
) -> None:
    ratio = Ratio("x", ours, [1.0, 1.0, 1.0], at_most=0.25, floor=floor)
    assert (ratio.out_of_reach, ratio.missed) == (out_of_reach, missed)


def test_floor_without_a_target_judges_nothing() -> None:
    ratio = Ratio("x", [9.0], [1.0], floor=[0.5])
    assert not ratio.out_of_reach
    assert not ratio.missed


@pytest.mark.parametrize(
    ("ours", "status", "words"),
    [
        (0.2, 0, "≤ 0.25   ≥ 0.150  met"),
        (0.6, 1, "≤ 0.25   ≥ 0.150  missed"),
        (0.6, 0, "≤ 0.25   ≥ 0.500  out of reach; 1.20 of the floor, ≤ 1.5: met"),
        (0.9, 1, "≤ 0.25   ≥ 0.500  out of reach; 1.80 of the floor, ≤ 1.5: missed"),
    ],
    ids=["met", "missed", "out of reach", "out of reach and far"],
)
def test_command_fails_for_what_can_be_reached(
    ours: float,
    status: int,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    floor = float(words.split()[3])
    made_up = Ratio("x", [ours] * 3, [1.0] * 3, at_most=0.25, floor=[floor] * 3)
    monkeypatch.setattr(command, "BENCHES", {"growth": lambda _rounds: iter([made_up])})
    monkeypatch.setattr("sys.argv", ["bench", "growth"])
    assert command.main() == status
    assert capsys.readouterr().out.splitlines()[1].endswith(words)
    assert command.document([made_up])[0]["out_of_reach"] is (floor == 0.5)


def test_picture_tells_what_is_out_of_reach() -> None:
    assert "floor 0.5)" in picture([Ratio("x", [0.6], [1.0], at_most=0.25, floor=[0.5])])
    assert "out of reach" not in picture([Ratio("x", [0.6], [1.0], at_most=0.25, floor=[0.2])])


def test_more_is_better_turns_the_ratio() -> None:
    assert Ratio("x", [200.0], [100.0], more_is_better=True).median == 0.5


def test_rounds_take_turns() -> None:
    order: list[str] = []

    def noted(name: str) -> float:
        order.append(name)
        return 1.0

    in_turn(2, lambda: noted("a"), lambda: noted("b"))
    assert order == ["a", "b", "a", "b"]


def test_picture_shows_each_target_and_the_growth() -> None:
    points = [(100.0, 1.0), (1000.0, 12.0)]
    found = [
        Ratio("with <target>", [1.0], [2.0], at_most=1.0, points=points),
        Ratio("without", [1.0], [2.0]),
    ]
    drawn = picture(found)
    texts = [element.text for element in ET.fromstring(drawn).findall(".//{*}text")]
    assert "with <target>" in texts
    assert "without" not in texts
    assert {"0.5", "12.0 s", "1,000"} <= set(texts)


def test_big_registry_is_what_it_says(tmp_path: Path) -> None:
    fill_regnb(tmp_path, 51)
    app = create_app(DirectoryStorage(tmp_path), Config())
    with RegistryClient("http://localhost:5000", transport=WsgiTransport(app)) as client:
        frame = inventory(client)
    assert len(frame) == 51 * 5
    assert set(frame.problem) == {""}
    assert list(frame.media_type).count(media_types.OCI_INDEX) == 2 * 5
    assert set(frame[frame.media_type == media_types.OCI_INDEX].platforms) == {
        ("linux/amd64", "linux/arm64/v8")
    }
    assert (frame[frame.tag == "latest"].unique_bytes == 0).all()
    assert {contents.name for contents in contents_of(51)} == set(frame.repository)
