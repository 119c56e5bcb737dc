from __future__ import annotations

import os
from pathlib import Path

import pytest

from regnb.authoring import build_chapter, notebook_path
from regnb.authoring.notebook import code_cells, read_notebook
from regnb.authoring.reference import reference_engine
from tests.authoring.sources import code, write_lesson

PROXIES = (
    'from urllib.request import getproxies\n\nprint(sorted(getproxies()), "seen" in globals())'
)


def stored(source: Path) -> str:
    (cell,) = code_cells(read_notebook(notebook_path(source, "en")))
    return str(cell.outputs[0].text)


def test_outputs_are_the_same_behind_a_proxy_and_with_a_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = tmp_path / "ipython" / "profile_default" / "startup"
    profile.mkdir(parents=True)
    (profile / "00.py").write_text("seen = 1\n", "utf-8")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("REGNB_ENGINE", raising=False)
    source = write_lesson(tmp_path, code("proxies", PROXIES))
    build_chapter(source)
    assert stored(source) == "['http', 'https'] True\n"
    before = dict(os.environ)
    with reference_engine():
        build_chapter(source)
    assert stored(source) == "[] False\n"
    assert dict(os.environ) == before


def test_engine_that_was_chosen_is_as_its_user_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGNB_ENGINE", "embedded")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    before = dict(os.environ)
    with reference_engine():
        assert dict(os.environ) == before
