"""The table of 100,000 tags: its memory, and the time to show it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from regnb.i18n import Translator
from regnb.inventory.columns import Inventory, frame_of
from regnb.inventory.contents import TagFacts
from regnb.widgets.pages import PagedTable

TAGS = 100_000
LIMIT = 200 << 10  # KiB


def facts() -> Iterator[TagFacts]:
    base = tuple((hashlib.sha256(b"%d" % number).digest(), 1000) for number in range(80))
    for number in range(TAGS):
        own = hashlib.sha256(b"own %d" % number)
        config = hashlib.sha256(b"config %d" % number).digest()
        start = number % 20 * 4
        yield TagFacts(
            f"team/app.{number // 5}",
            f"1.{number % 5}",
            None,
            f"sha256:{own.hexdigest()}",
            "application/vnd.oci.image.manifest.v1+json",
            ("linux/amd64",),
            datetime(2024, 1, 1, tzinfo=UTC),
            5,
            ((own.digest(), 10), (config, 5), *base[start : start + 4]),
        )


def test_table_takes_little_memory() -> None:
    words = [sys.executable, "-m", "tests.inventory.test_columns"]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    assert 0 < int(done.stdout) < LIMIT


def test_table_is_shown_at_once() -> None:
    started = time.process_time()
    table = PagedTable.showing(Translator("fr"), frame_of(Inventory.of(facts())))
    made = time.process_time()
    html, text = table._repr_html_(), repr(table)
    assert time.process_time() - made < (made - started) / 2
    assert len(html) + len(text) < 200_000
    assert "99\u202f940" in html or "99940" in html


if __name__ == "__main__":
    assert len(frame_of(Inventory.of(facts()))) == TAGS
    status = open("/proc/self/status", encoding="ascii").read()  # noqa: PTH123, SIM115
    print(int(status.partition("VmHWM:")[2].split()[0]))
