"""Chapters 00 and 01 run to their end in networks without Docker Hub, and say why.

The kernel, the engine and the requests are real; only the names of the Hub lead elsewhere, so this
needs root.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from regnb.errors.hub_reasons import HUB_HOST, Reason
from regnb.i18n import Translator
from tests.networks.hubs import AUTHORITY

pytestmark = [
    pytest.mark.skipif(
        sys.platform != "linux" or os.geteuid() != 0,
        reason="needs root, to lead the Hub's names away",
    ),
    pytest.mark.timeout(300),
]
NAMESPACES = ("--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
ROOT = Path(__file__).parent.parent.parent


def shown(kind: str, folder: Path, language: str) -> str:
    """What doctor and the cells of chapters 00 and 01 show."""
    inside = [sys.executable, "-m", "tests.networks.inside", kind, str(folder), language]
    done = subprocess.run(
        ["unshare", *NAMESPACES, *inside, "doctor", "00", "01"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout


@pytest.mark.parametrize(
    ("kind", "language", "reason"),
    [
        ("untrusted", "fr", Reason("untrusted", who=AUTHORITY)),
        ("forbidden", "en", Reason("forbidden", who="403")),
        ("bad gateway", "fr", Reason("server_error", who="502")),
        ("hangs", "en", Reason("timeout")),
        ("proxy", "en", Reason("proxy_login", HUB_HOST, "127.0.0.1")),
    ],
)
def test_chapters_run_to_their_end_and_say_why(
    tmp_path: Path, kind: str, language: str, reason: Reason
) -> None:
    text = shown(kind, tmp_path, language)
    doctor, _, chapters = text.partition("disk" if language == "en" else "disque")
    preflight, _, first = chapters.partition("END OF 00")
    assert "END OF 01" in first
    why = Translator(language).why(reason).partition("127.0.0.1")[0].partition("<")[0]
    assert why in doctor
    for part in (preflight, first):
        assert plain(why) in plain(part)


def plain(text: str) -> str:
    """`text` without what Markdown and HTML do to it."""
    return " ".join(text.replace("`", "").replace("<code>", "").replace("</code>", "").split())
