from __future__ import annotations

import json

import pytest
from markupsafe import Markup

from regnb.errors import RegnbError
from regnb.i18n import Translator
from regnb.registry import RegistryClient
from regnb.widgets.base_view import View
from regnb.widgets.live import LiveWidget, MarkupWidget
from tests.widgets.conftest import explore

WIDGET = "application/vnd.jupyter.widget-view+json"


class Failing(View):
    """Answers nothing, with an error that somebody has told already."""

    def caption(self) -> str:
        return "It fails."

    def picture(self, *, live: bool = False) -> Markup:
        return Markup("<p>live</p>" if live else "<p>static</p>")

    def answer(self, action: str, value: str) -> dict[str, Markup]:
        error = RegnbError(f"{action} {value}")
        error.told = "<b> is no layer"
        raise error


def test_live_form_has_the_controls() -> None:
    widget = LiveWidget(Failing(Translator("en")))
    assert "<p>live</p>" in widget.html
    assert WIDGET in widget.mimebundle()


def test_error_is_shown_in_the_words_that_it_has_and_escaped() -> None:
    slots = LiveWidget(Failing(Translator("fr"))).answer("open", "1")
    assert slots == {"message": '<p class="regnb-error">&lt;b&gt; is no layer</p>'}


def test_messages_are_answered_where_they_come_from(
    client: RegistryClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[object] = []
    widget = explore(client).widget
    monkeypatch.setattr(widget, "send", sent.append)
    asked = json.dumps({"repository": "shop/w3"})
    widget._receive(widget, {"act": "tags", "value": asked, "id": 7}, [])
    widget.look()
    (answer, look) = sent
    assert isinstance(answer, dict)
    assert (answer["act"], answer["id"], answer["tags"]) == ("tags", 7, ["1.0", "2.0", "arm"])
    assert answer["slots"] == {"message": ""}
    assert look == {"look": True}


def test_markup_is_shown_without_a_module() -> None:
    assert WIDGET in MarkupWidget("<p>1</p>").mimebundle()
