"""The live forms of views: they hand a view what the learner does, and show the answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Protocol

import anywidget
import ipywidgets
import traitlets
from markupsafe import Markup

from regnb.errors import RegnbError
from regnb.i18n import Translator
from regnb.widgets.html import tag


class Shown(Protocol):
    """What has a live form."""

    translator: Translator

    def html(self, *, live: bool = False) -> Markup:
        """The whole of it, with its controls when it is `live`."""


class Answering(Shown, Protocol):
    """A view, see `regnb.widgets.base_view`."""

    def answer(self, action: str, value: str) -> Mapping[str, Markup]:
        """HTML by slot, for what the learner did."""


class Browsed(Shown, Protocol):
    """A registry to browse, see `regnb.widgets.explore_view`."""

    repositories: list[str]

    def reply(self, act: str, value: str) -> dict[str, Any]:
        """The answer to a message."""


class MarkupWidget(ipywidgets.HTML):  # type: ignore[misc]
    """HTML that changes; without a module that a browser may still load when all is over."""

    def mimebundle(self) -> dict[str, Any]:
        """What a frontend with widgets shows."""
        return dict(self._repr_mimebundle_())


class LiveWidget(anywidget.AnyWidget):
    """Shows `html`; messages are `{"act": …, "value": …}` there, `{"slots": {…}}` back."""

    _esm: ClassVar[Path] = Path(__file__).with_name("live.js")
    html = traitlets.Unicode().tag(sync=True)

    def __init__(self, view: Answering) -> None:
        super().__init__(html=str(view.html(live=True)))
        self._view = view
        self.on_msg(self._receive)

    def mimebundle(self) -> dict[str, Any]:
        """What a frontend with widgets shows."""
        return _mimebundle(self)

    def answer(self, action: str, value: str) -> dict[str, str]:
        """HTML by slot; an error of regnb is told in the slot `message`."""
        message = ""
        slots: dict[str, Markup] = {}
        try:
            slots = dict(self._view.answer(action, value))
        except RegnbError as error:
            message = _message(self._view, error)
        return {"message": message} | {name: str(html) for name, html in slots.items()}

    def _receive(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        slots = self.answer(str(content.get("act", "")), str(content.get("value", "")))
        self.send({"slots": slots})


class ExploreWidget(anywidget.AnyWidget):
    """Messages are `{"act": …, "value": JSON}` there; see `Explore.reply` for those back.

    The names of all repositories are in the browser, so that a search there is instant; tags,
    images and files are asked for one by one, and long lists are drawn by a module of its own.
    """

    _esm: ClassVar[Path] = Path(__file__).with_name("explore.js")
    html = traitlets.Unicode().tag(sync=True)
    repositories: traitlets.List[str] = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, view: Browsed) -> None:
        super().__init__(html=str(view.html(live=True)), repositories=view.repositories)
        self._view = view
        self.on_msg(self._receive)

    def mimebundle(self) -> dict[str, Any]:
        """What a frontend with widgets shows."""
        return _mimebundle(self)

    def look(self) -> None:
        """Have the browser ask for changes at once."""
        self.send({"look": True})

    def answer(self, act: str, value: str) -> dict[str, Any]:
        """The answer to a message; an error of regnb is told in the slot `message`."""
        message = ""
        try:
            answer = self._view.reply(act, value)
        except RegnbError as error:
            answer = {"failed": act}
            message = _message(self._view, error)
        return answer | {"act": act, "slots": {"message": message} | answer.get("slots", {})}

    def _receive(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        act = str(content.get("act", ""))
        self.send(self.answer(act, str(content.get("value", ""))) | {"id": content.get("id")})


def _mimebundle(widget: anywidget.AnyWidget) -> dict[str, Any]:
    made = widget._repr_mimebundle_()
    return dict(made[0]) if made else {}


def _message(view: Shown, error: RegnbError) -> str:
    return str(tag("p", error.told or str(view.translator.tell(error)), class_="regnb-error"))
