from __future__ import annotations

import json

import pytest

from regnb.i18n import LANGUAGES
from regnb.registry import RegistryClient
from regnb.widgets.explore_view import SHOWN
from tests.analysis.registries import Image, open_registry, push
from tests.widgets.conftest import explore, reply


@pytest.mark.parametrize("language", LANGUAGES)
def test_static_view_is_a_table_of_repositories_with_tags(
    client: RegistryClient, language: str
) -> None:
    html = explore(client, language).html()
    assert "<td><code>shop/w3</code></td><td><code>1.0</code> <code>2.0</code>" in html
    assert "<input" not in html


def test_static_view_is_short_and_says_so(client: RegistryClient) -> None:
    for number in range(SHOWN + 2):
        push(client, f"a{number:02}", "1", Image([{"a": b"1"}]))
    html = explore(client).html()
    assert html.count("<tr>") == SHOWN + 1
    assert "… and 3 more repositories." in html


def test_empty_registry_says_what_to_do() -> None:
    assert "push an image" in explore(open_registry()).html()


def test_tags_are_asked_when_a_repository_is_chosen(client: RegistryClient) -> None:
    view = explore(client)
    told = reply(view, "tags", repository="shop/w3")
    assert told == {"repository": "shop/w3", "tags": ["1.0", "2.0", "arm"]}
    assert reply(view, "tags", repository="gone")["tags"] == []


def test_changes_are_told_and_nothing_else(client: RegistryClient) -> None:
    view = explore(client)
    digest = str(client.get_manifest("shop/w3", "1.0").digest)
    told = reply(view, "poll", repository="shop/w3", reference="1.0")
    assert "repositories" not in told
    assert told["image"] == digest
    push(client, "new", "1", Image([{"a": b"1"}]))
    client.delete_manifest("shop/w3", digest)
    told = reply(view, "poll", repository="shop/w3", reference="1.0")
    assert told["repositories"] == ["new", "shop/w3"]
    assert told["tags"] == ["2.0", "arm"]
    assert told["image"] == ""
    assert "2 repositories" in told["slots"]["caption"]


def test_errors_are_told_to_the_learner(client: RegistryClient) -> None:
    widget = explore(client, "fr").widget
    told = widget.answer("image", json.dumps({"repository": "shop/w3", "reference": "none"}))
    assert told["failed"] == "image"
    assert "regnb-error" in told["slots"]["message"]
    assert widget.answer("poll", "{}")["slots"]["message"] == ""
