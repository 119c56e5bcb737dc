from __future__ import annotations

import re

import pytest

from regnb.analysis.files import ImageFiles, image_files
from regnb.i18n import LANGUAGES, Translator
from regnb.oci import ImageManifest, layers_of
from regnb.widgets.files_view import Files
from tests.analysis.registries import Image, open_registry, push

MANY = {f"big/{number:04}": b"x" for number in range(1000)}


def files_of(image: Image) -> ImageFiles:
    client = open_registry()
    push(client, "w3", "1.0", image)
    manifest = client.get_manifest("w3", "1.0")
    assert isinstance(manifest, ImageManifest)
    layers = layers_of(manifest, client.get_config("w3", manifest))
    return image_files(client, "w3", layers)


@pytest.fixture
def files() -> ImageFiles:
    return files_of(
        Image(
            [
                {"etc": None, "etc/a": b"1" * 100, "etc/b": b"2" * 50, "<i>": b""},
                {"etc/a": b"3" * 110, "etc/.wh.b": b"", "opt/app": b"4"},
            ],
            instructions=["ADD rootfs /", "COPY app /opt"],
        )
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_changes_are_told_by_a_sign_and_a_word(files: ImageFiles, language: str) -> None:
    text = Translator(language)
    html = Files(text, "w3:1.0", files).html()
    for state, sign, name in (
        ("added", "+", "opt/app"),
        ("changed", "~", "a"),
        ("deleted", "−", "b"),
    ):
        word = text(f"files.{state}")
        mark = f'<span class="mark" title="{word}" aria-label="{word}" role="img">{sign}</span>'
        assert f'<span class="{state}">{mark}<code>{name}</code></span>' in html


def test_what_is_hidden_and_wasted_is_told(files: ImageFiles) -> None:
    html = Files(Translator("en"), "w3:1.0", files).html()
    size = Translator("en").size
    assert f"a container {size(111)} of files" in html
    assert f"the layers hold {size(150)}" in html
    assert f"hides {size(50)}" in html
    assert "Efficiency: 39%" in html
    assert f"they take {size(260)}" in html


def test_nothing_wasted_is_told() -> None:
    html = Files(Translator("en"), "w3:1.0", files_of(Image([{"a": b"1"}]))).html()
    assert "hold nothing else" in html
    assert "Efficiency" not in html


def test_names_of_files_are_escaped(files: ImageFiles) -> None:
    assert "<code>&lt;i&gt;</code>" in Files(Translator("en"), "w3:1.0", files).html()


def test_large_directory_is_opened_when_asked_for() -> None:
    view = Files(Translator("en"), "w3:1.0", files_of(Image([MANY | {"small": b"1"}])))
    assert "0001" not in view.html()
    assert "… 1000 entries" in view.html()
    live = view.widget.html
    assert "0001" not in live
    button = re.search(r'data-act="open" data-value="([^"]+)"', live)
    assert button
    assert f'data-slot="{button[1]}"' in live
    slots = view.widget.answer("open", button[1])
    assert "<code>0399</code>" in slots[button[1]]
    assert "… and 600 more rows" in slots[button[1]]


def test_table_holds_every_entry(files: ImageFiles) -> None:
    table = Files(Translator("en"), "w3:1.0", files).table
    assert list(table[table.change == "deleted"].path) == ["etc/b"]
    assert table.size_bytes.sum() == 261
    assert table.hidden_bytes.sum() == 150
