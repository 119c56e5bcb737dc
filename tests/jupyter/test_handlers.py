"""The addresses that the badges of Binder open, on a JupyterLab as Binder starts it."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from regnb.jupyter.handlers import PLUGIN, set_locale
from tests.free_port import free_port

BASE = "/user/someone-regnb-x1"
TOKEN = "secret"
STARTS_WITHIN = 90.0
PAUSE = 0.2


@dataclass(frozen=True)
class Session:
    """A JupyterLab at `port`."""

    port: int

    def get(self, path: str, token: str = TOKEN) -> tuple[int, str, bytes]:
        """Status, where it leads to, and content of `path` below the address of the session."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=STARTS_WITHIN)
        headers = {"Authorization": f"token {token}"} if token else {}
        connection.request("GET", f"{BASE}/{path}", headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.headers.get("Location", ""), content

    def locale(self) -> str:
        """The language of the interface, as JupyterLab learns it when it opens."""
        status, _, content = self.get(f"lab/api/settings/{PLUGIN}")
        assert status == 200
        return str(json.loads(content)["settings"].get("locale", "default"))


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("session")
    port = free_port()
    own = {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    words = [
        *("--no-browser", "--allow-root", "--ServerApp.port_retries=0"),
        *(f"--ServerApp.root_dir={folder}", f"--ServerApp.port={port}"),
        *(f"--ServerApp.base_url={BASE}/", f"--IdentityProvider.token={TOKEN}"),
    ]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *words],
            env={**os.environ, **own, "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings")},
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            session = Session(port)
            wait_for(session, process)
            yield session
        finally:
            process.terminate()


def wait_for(session: Session, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            session.get("api")
        except OSError:
            assert process.poll() is None, "JupyterLab ended at its start."
            assert time.monotonic() < end, "JupyterLab does not answer."
            time.sleep(PAUSE)
        else:
            return


def test_address_of_a_language_opens_its_notebooks_in_it(session: Session) -> None:
    for language, locale in (("fr", "fr_FR"), ("en", "en"), ("fr", "fr_FR")):
        status, target, _ = session.get(f"regnb/{language}")
        assert (status, target) == (303, f"{BASE}/lab/tree/notebooks/{language}")
        assert session.locale() == locale


def test_jupyterlab_has_french_words(session: Session) -> None:
    session.get("regnb/fr")
    _, _, content = session.get("lab/api/translations/fr_FR")
    assert json.loads(content)["data"]["jupyterlab"]["File Changed"] == ["Fichier modifié"]


def test_token_in_the_link_lets_in_as_on_binder(session: Session) -> None:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    start = f"http://127.0.0.1:{session.port}{BASE}"
    with browser.open(f"{start}/regnb/fr?token={TOKEN}", timeout=STARTS_WITHIN) as page:
        assert page.url == f"{start}/lab/tree/notebooks/fr"
        assert b"jupyter-config-data" in page.read()


def test_stranger_sets_no_language(session: Session) -> None:
    session.get("regnb/fr")
    status, target, _ = session.get("regnb/en", token="")
    assert status == 302
    assert target.startswith(f"{BASE}/login")
    assert session.locale() == "fr_FR"


def test_other_languages_are_not_there(session: Session) -> None:
    assert session.get("regnb/de")[0] == 404


def test_other_settings_of_the_learner_stay(tmp_path: Path) -> None:
    file = tmp_path / "@jupyterlab/translation-extension/plugin.jupyterlab-settings"
    file.parent.mkdir(parents=True)
    file.write_text('// mine\n{"locale": "ja_JP", "other": 1}', "utf-8")
    set_locale(tmp_path, "fr_FR")
    assert json.loads(file.read_text("utf-8")) == {"locale": "fr_FR", "other": 1}
