"""The live form of the browser: long lists are drawn by its own module, the rest comes as HTML."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import traitlets

from regnb.errors import RegnbError
from regnb.widgets.html import tag

if TYPE_CHECKING:
    from regnb.widgets.explore_view import Explore


class ExploreWidget(anywidget.AnyWidget):
    """Messages are `{"act": …, "value": JSON}` there; see `Explore.reply` for those back.

    The names of all repositories are in the browser, so that a search there is instant; tags,
    images and files are asked for one by one.
    """

    _esm: ClassVar[Path] = Path(__file__).with_name("explore.js")
    html = traitlets.Unicode().tag(sync=True)
    repositories: traitlets.List[str] = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, view: Explore) -> None:
        super().__init__(html=str(view.html(live=True)), repositories=view.repositories)
        self._view = view
        self.on_msg(self._receive)

    def mimebundle(self) -> dict[str, Any]:
        """What a frontend with widgets shows."""
        made = super()._repr_mimebundle_()
        return dict(made[0]) if made else {}

    def look(self) -> None:
        """Have the browser ask for changes at once."""
        self.send({"look": True})

    def answer(self, act: str, value: str) -> dict[str, Any]:
        """The answer to a message; an error of regnb is told in the slot `message`."""
        try:
            answer = self._view.reply(act, value)
            message = ""
        except RegnbError as error:
            answer = {"failed": act}
            told = error.told or str(self._view.translator.tell(error))
            message = str(tag("p", told, class_="regnb-error"))
        return answer | {"act": act, "slots": {"message": message} | answer.get("slots", {})}

    def _receive(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        act = str(content.get("act", ""))
        self.send(self.answer(act, str(content.get("value", ""))) | {"id": content.get("id")})
