from __future__ import annotations

from random import Random

import pytest

from regnb.analysis.usage import StoredContent, Usage
from regnb.i18n import LANGUAGES, Translator
from regnb.inventory import tag_contents
from regnb.widgets.html import SHOWN, Child
from regnb.widgets.storage_view import StorageView
from tests.analysis.registries import Image, open_registry, push

BASE = {"base": Random(1).randbytes(20_000)}


@pytest.fixture
def storage() -> Usage:
    client = open_registry()
    push(client, "w3", "1.0", Image([BASE, {"app": b"1" * 300}]))
    push(client, "team/w3", "1.0", Image([BASE, {"app": b"2" * 300}]))
    return Usage.of(tag_contents(client))


def test_caption_says_what_sharing_saves(storage: Usage) -> None:
    translator = Translator("en")
    caption = StorageView(translator, storage).caption()
    assert translator.size(storage.stored) in caption
    assert translator.size(storage.saved) in caption
    assert "7 contents" in caption
    assert "2 tags" in caption


def test_nothing_shared_and_nothing_stored_are_told() -> None:
    client = open_registry()
    assert "nothing" in StorageView(Translator("en"), Usage.of([])).caption()
    push(client, "w3", "1.0", Image([BASE]))
    view = StorageView(Translator("en"), Usage.of(tag_contents(client)))
    assert "nothing to share" in view.caption()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_content_and_repository_is_in_the_picture(storage: Usage, language: str) -> None:
    html = StorageView(Translator(language), storage).html()
    for content in storage.contents:
        assert f'title="{content.content.digest}"' in html
    assert "<code>team/w3</code>" in html
    assert Translator(language)("storage.unseen") in html


def test_tables_hold_the_data(storage: Usage) -> None:
    view = StorageView(Translator("en"), storage)
    assert view.contents.size_bytes.sum() == storage.stored
    assert list(view.contents.kind[:1]) == ["layer"]
    assert list(view.repositories.repository) == ["team/w3", "w3"]
    assert (view.repositories.shared_bytes > 10_000).all()


def test_only_what_is_shown_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    client = open_registry()
    for number in range(SHOWN + 5):
        push(client, f"w{number}", "1.0", Image([{"own": str(number).encode()}]))
    view = StorageView(Translator("en"), Usage.of(tag_contents(client)))
    drawn: list[StoredContent] = []
    draw = view._content

    def counted(content: StoredContent, largest: int) -> list[Child]:
        drawn.append(content)
        return draw(content, largest)

    monkeypatch.setattr(view, "_content", counted)
    html = view.html()
    assert len(drawn) == SHOWN
    assert html.count("… and 5 more rows") == 2
