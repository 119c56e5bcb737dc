"""The live form of a view: it tells the view what the learner does, and shows the answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import traitlets
from markupsafe import Markup

from regnb.errors import RegnbError
from regnb.widgets.html import tag

if TYPE_CHECKING:
    from regnb.widgets.base_view import View


class LiveWidget(anywidget.AnyWidget):
    """Shows `html`; messages are `{"act": …, "value": …}` there, `{"slots": {…}}` back."""

    _esm: ClassVar[Path] = Path(__file__).with_name("live.js")
    html = traitlets.Unicode().tag(sync=True)

    def __init__(self, view: View) -> None:
        super().__init__(html=str(view.html(live=True)))
        self._view = view
        self.on_msg(self._receive)

    def mimebundle(self) -> dict[str, Any]:
        """What a frontend with widgets shows."""
        made = super()._repr_mimebundle_()
        return dict(made[0]) if made else {}

    def answer(self, action: str, value: str) -> dict[str, str]:
        """HTML by slot; an error of regnb is told in the slot `message`."""
        message = Markup()
        slots: dict[str, Markup] = {}
        try:
            slots = dict(self._view.answer(action, value))
        except RegnbError as error:
            told = error.told or str(self._view.translator.tell(error))
            message = tag("p", told, class_="regnb-error")
        return {name: str(html) for name, html in ({"message": message} | slots).items()}

    def _receive(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        slots = self.answer(str(content.get("act", "")), str(content.get("value", "")))
        self.send({"slots": slots})
