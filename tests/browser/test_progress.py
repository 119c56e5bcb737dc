"""The bars of a pull that takes its time; what they say is compared with what the engine told."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Write
from tests.browser.screen import Screen

# A pull that waits for a file in its midst, so that the bars can be looked at.
PULL = """
import pathlib, time
from regnb.engine import Progress
from regnb.i18n import Translator
from regnb.lab.progress_bars import follow

def events():
    yield Progress("aaaaaaaaaaaa", "Already exists")
    for moved in range(0, 40_000_001, 8_000_000):
        yield Progress("bbbbbbbbbbbb", "Downloading", moved, 100_000_000)
        yield Progress("cccccccccccc", "Downloading", moved // 2, 20_000_000)
        time.sleep(0.15)
    while not pathlib.Path("go-on").exists():
        time.sleep(0.05)
    yield Progress("bbbbbbbbbbbb", "Pull complete")
    yield Progress("cccccccccccc", "Pull complete")

_ = follow(events(), Translator("en"))
"""


def test_bars_move_and_what_became_of_each_layer_stays(
    screen: Screen, write: Write, course: Path
) -> None:
    path = write("en", pull=PULL)
    screen.open(path)
    screen.start()
    output = screen.output("pull")
    bars = output.locator("progress")
    expect(bars).to_have_count(2)
    expect(bars.first).to_have_attribute("value", re.compile("^[1-9]"))
    assert bars.first.get_attribute("max") == "100000000"
    assert output.locator("tr", has_text="aaaaaaaaaaaa").locator("progress").count() == 0
    expect(output.locator("tr", has_text="bbbbbbbbbbbb")).to_contain_text("MB/s")
    screen.portrait(output, "progress-en")
    (course / path).with_name("go-on").touch()
    screen.wait()
    expect(bars).to_have_count(0)
    assert (
        output.locator("figcaption").inner_text()
        == "3 of 3 layers · 120.0\u202fMB of 120.0\u202fMB"
    )
    assert output.locator(".jupyter-widgets").count() == 0
    screen.close()
