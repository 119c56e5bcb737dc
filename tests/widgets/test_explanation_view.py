from __future__ import annotations

import subprocess
import sys

import pytest

import regnb
from regnb.i18n import LANGUAGES, Translator

DIGEST = f"sha256:{'a' * 64}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_has_its_name_and_meaning_below(language: str) -> None:
    html = regnb.explain("nginx", language).html()
    assert "<code>docker.io/library/nginx:latest</code>" in html
    translator = Translator(language)
    for role in ("registry", "namespace", "repository", "tag"):
        assert f"<b>{translator(f'explain.{role}.name')}</b>" in html
    # Told in words, not by the dashes alone.
    assert html.count(f">{translator('explain.is_implied')}<") == 3


def test_nothing_implied_is_told() -> None:
    view = regnb.explain("localhost:5000/w3:1.0", "en")
    assert "nothing is implied" in view.caption()
    assert "implied</span>" not in view.html()


def test_digest_decides_over_the_tag() -> None:
    assert "digest decides" in regnb.explain(f"nginx:1@{DIGEST}", "en").caption()
    assert "digest decides" not in regnb.explain(f"nginx@{DIGEST}", "en").caption()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("localhost:5000/W3", "always in lower case"),
        ("http://localhost:5000/w3", "never starts with"),
        ("", "it is empty"),
        ("<script>", "&lt;script&gt;"),
    ],
)
def test_name_that_cannot_be_is_told_with_the_reason(text: str, told: str) -> None:
    view = regnb.explain(text, "en")
    assert told in view.html()
    assert view.whole == ""


def test_explaining_loads_neither_engine_nor_widgets() -> None:
    code = (
        "import sys, regnb; regnb.explain('nginx', 'en')._repr_html_();"
        "print({'docker', 'ipywidgets', 'pandas'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
