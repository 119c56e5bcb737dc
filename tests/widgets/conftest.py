from __future__ import annotations

import json
from typing import Any

import pytest

from regnb.analysis.browse import RegistryBrowser
from regnb.i18n import Translator
from regnb.oci import Platform
from regnb.registry import RegistryClient
from regnb.widgets.explore_view import Explore
from tests.analysis.registries import ARM64, Image, open_registry, push, push_index

FILES = {"etc/motd": b"<b>hello</b>", "etc/.wh.old": b""}


@pytest.fixture
def client() -> RegistryClient:
    client = open_registry()
    amd = push(client, "shop/w3", "1.0", Image([FILES, {"a": b"1"}], ["ADD <motd>", "COPY a"]))
    arm = push(client, "shop/w3", "arm", Image([FILES], platform=ARM64))
    push_index(client, "shop/w3", "2.0", [amd, arm])
    return client


def explore(client: RegistryClient, language: str = "en") -> Explore:
    source = RegistryBrowser(client, Platform("linux", "amd64"))
    return Explore(Translator(language), source, "localhost:5000")


def reply(view: Explore, act: str, **asked: str) -> dict[str, Any]:
    return view.reply(act, json.dumps(asked))
