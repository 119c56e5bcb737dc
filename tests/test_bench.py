"""What the benches are judged by; they themselves are run by `make bench`."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench.big_registry import contents_of, fill_regnb
from bench.harness import Ratio, in_turn
from bench.picture import picture
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
        frame = client.inventory()
    assert len(frame) == 51 * 5
    assert set(frame.problem) == {""}
    assert list(frame.media_type).count(media_types.OCI_INDEX) == 2 * 5
    assert set(frame[frame.media_type == media_types.OCI_INDEX].platforms) == {
        ("linux/amd64", "linux/arm64/v8")
    }
    assert (frame[frame.tag == "latest"].unique_bytes == 0).all()
    assert {contents.name for contents in contents_of(51)} == set(frame.repository)
