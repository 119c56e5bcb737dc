from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from regnb.embedded import background
from regnb.embedded.background import Place
from regnb.embedded.home import Home
from regnb.lab import Lab, open_lab
from regnb.lab.authority import Certificates
from regnb.lab.ownership import Folder
from regnb.server.configuration import Tls, context_of


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "lab")


@pytest.fixture
def certificates(folder: Folder) -> Certificates:
    return Certificates(folder)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Where an embedded engine may be started; it is stopped at the end."""
    place = Place(tmp_path / "e.sock", Home(tmp_path / "home"), "samples")
    yield place
    background.stop(place)


def server_context(certificates: Certificates, *, clients: bool = False) -> ssl.SSLContext:
    """TLS as a registry with the certificate `server`; with `clients`, it asks for theirs."""
    certificate, key = map(str, certificates.pair_of("server"))
    authorities = (str(certificates.authority_file),) if clients else ()
    return context_of(Tls(certificate, key, authorities))


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A lab on an embedded engine that pulls samples; nothing is left of it."""
    monkeypatch.setenv("REGNB_HUB", "samples")
    monkeypatch.setenv("REGNB_LAB", "test-lab")
    lab = open_lab("en", engine="embedded")
    yield lab
    lab.clean_up()
    lab.engine.close()
