"""A view made for the tests, shown to nobody, in a kernel, and exported."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from regnb.authoring.execution import WIDGET_VIEW
from regnb.errors import InvalidReference
from regnb.i18n import Translator
from regnb.widgets.base_view import View
from regnb.widgets.html import tag

CODE = """\
from regnb.i18n import Translator
from tests.widgets.test_base_view import Counting
Counting(Translator("en"))
"""


class Counting(View):
    """Counts how often its button was pressed."""

    live = True
    count = 0

    def caption(self) -> str:
        return "The count & what it means."

    def picture(self, *, live: bool = False) -> Markup:
        button = tag("button", "+", data_act="add", data_value="1") if live else None
        return tag("p", self.count, data_slot="count") + tag("div", button)

    def answer(self, action: str, value: str) -> Mapping[str, Markup]:
        if action != "add":
            raise InvalidReference(action, "has_space")
        self.count += int(value)
        return {"count": Markup(self.count)}


@pytest.fixture
def view() -> Counting:
    return Counting(Translator("en"))


def test_static_view_needs_no_kernel(view: Counting) -> None:
    html = view._repr_html_()
    assert '<figure class="regnb-view regnb-counting" lang="en">' in html
    assert "<figcaption>The count &amp; what it means.</figcaption>" in html
    assert "<button" not in html
    assert "<script" not in html
    assert "\n" not in html


def test_repr_says_no_more_than_the_class(view: Counting) -> None:
    view.count = 7
    assert repr(view) == "<Counting>"
    assert view._repr_mimebundle_().keys() == {"text/plain", "text/html"}


def test_action_gives_the_html_of_its_slot(view: Counting) -> None:
    assert view.widget.answer("add", "2") == {"message": "", "count": "2"}
    assert "<button" in view.widget.html


def test_error_of_an_action_is_told(view: Counting) -> None:
    slots = view.widget.answer("a b", "")
    assert "<p" in slots["message"]
    assert "contains a space" in slots["message"]


def test_refresh_draws_what_is_shown_again(view: Counting) -> None:
    view.refresh()
    assert "widget" not in vars(view)
    before = view.widget.html
    view.count = 41
    view.refresh()
    assert view.widget.html == before.replace(">0<", ">41<")
    assert "<button" not in view._repr_html_()


def run_in_kernel(monkeypatch: pytest.MonkeyPatch, progress: str | None) -> NotebookNode:
    """A notebook that showed the view, as it is saved."""
    if progress is None:
        monkeypatch.delenv("REGNB_PROGRESS", raising=False)
    else:
        monkeypatch.setenv("REGNB_PROGRESS", progress)
    code = "from regnb.i18n import Translator\nfrom tests.widgets.test_base_view import Counting\n"
    notebook: NotebookNode = new_notebook(
        cells=[new_code_cell(f'{code}Counting(Translator("en"))')]
    )
    project = Path(__file__).parent.parent.parent
    monkeypatch.setenv("PYTHONPATH", str(project))
    arguments = ["--log-level=ERROR"]
    client = NotebookClient(notebook, store_widget_state=False, extra_arguments=arguments)
    client.execute(cwd=str(project))
    return notebook


def data_of(notebook: NotebookNode) -> dict[str, Any]:
    (output,) = notebook.cells[0].outputs
    return dict(output.data)


def test_live_view_is_offered_beside_the_static_one(monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = run_in_kernel(monkeypatch, None)
    data = data_of(notebook)
    assert data.keys() == {"text/plain", "text/html", WIDGET_VIEW}
    assert data["text/plain"] == "<Counting>"
    assert "<button" not in data["text/html"]
    # A learner's notebook, saved without the state of its widgets, still has its picture.
    page, _ = HTMLExporter().from_notebook_node(notebook)
    assert "what it means.</figcaption>" in page


def test_live_view_has_no_place_in_stored_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    data = data_of(run_in_kernel(monkeypatch, "0"))
    assert data.keys() == {"text/plain", "text/html"}
