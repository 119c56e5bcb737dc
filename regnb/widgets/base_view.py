"""The base of all views: a picture that is HTML made in Python, and controls where a kernel runs.

A view is shown in two ways from the same data.

- **Static**, `text/html`: what is stored in notebooks, compared by nbval, and seen on GitHub, in
  `nbconvert --to html` and in a notebook that is not trusted. It needs no JavaScript. Where styles
  are taken away too (GitHub, JupyterLab for a notebook that is not trusted), its elements have to
  be enough: tables, lists, `details`, `meter`, and words. So use those, no SVG, and never a colour
  without a word.
- **Live**, a widget: offered beside the static picture when a kernel runs and somebody looks (see
  `regnb.widgets.frontend`), and only for a view that has something to ask the kernel. It is never
  in a stored notebook: its state is not stored, and nothing could show it. A notebook that a
  learner saves names a widget without state, and nbconvert then takes the static picture.

The live view is anywidget (https://anywidget.dev, MIT, ~20 kB of Python and one module in
JupyterLab): ipywidgets alone has no element for a diagram or a tree, and its own way to make one
needs a bundler. One module serves all views, `live.js`: it sends what is clicked or typed to the
kernel, and puts the HTML that comes back into its place. What a view does is therefore in Python,
and tested without a browser.

To make a view:

1. Subclass `View`, in a file beside this one; give it the data it shows, which comes from
   `regnb.analysis` or `regnb.tables`, and no client.
2. `caption()` gives the sentence that says what the picture means, `picture()` its HTML, made with
   `regnb.widgets.html.tag` (which escapes). Texts come from `self.translator`.
3. Styles: a `.css` file beside the class, named in `styles`, each rule under the view's class
   (`.regnb-<class name in lower case>`), colours from the variables of `view.css`.
4. For a live view, set `live = True`; in `picture(live=True)`, draw controls as
   `<button data-act="open" data-value="…">` or `<input data-act="search">`, and places for answers
   as `<div data-slot="details" aria-live="polite">`. `answer(action, value)` returns the HTML of
   the slots that change. `data-copy="…"` on a button copies that text, without the kernel.
   `refresh()` draws the whole view again. Errors of regnb are told in the slot `message`.
5. Test `picture()`, `answer()` and the repr in Python; `tests/browser` clicks through the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, cached_property
from importlib import resources
from typing import TYPE_CHECKING, Any, ClassVar

from markupsafe import Markup

from regnb.i18n import Translator
from regnb.widgets.frontend import somebody_looks
from regnb.widgets.html import tag

if TYPE_CHECKING:
    from regnb.widgets.live import LiveWidget

_SPACE = re.compile(r"\s*\n\s*")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


class View:
    """A picture in the translator's language; its repr is the same for all views of a class."""

    styles: ClassVar[tuple[str, ...]] = ()
    live: ClassVar[bool] = False

    def __init__(self, translator: Translator) -> None:
        self.translator = translator

    def caption(self) -> str | Markup:
        """The sentence that says what the picture shows."""
        raise NotImplementedError

    def picture(self, *, live: bool = False) -> Markup:
        """The picture; with its controls when it is `live`."""
        raise NotImplementedError

    def answer(self, action: str, value: str) -> Mapping[str, Markup]:
        """HTML by slot, for what the learner did: `action` and `value` of the control."""
        raise NotImplementedError

    def html(self, *, live: bool = False) -> Markup:
        """The whole view, with its styles."""
        name = type(self).__name__.lower()
        figure = tag(
            "figure",
            tag("figcaption", self.caption()),
            self.picture(live=live),
            tag("div", data_slot="message", role="alert") if live else None,
            class_=f"regnb-view regnb-{name}",
            lang=self.translator.language,
        )
        return tag("style", _css(("view.css", *self.styles))) + figure

    def refresh(self) -> None:
        """Draw the live view again, where it is shown."""
        if "widget" in vars(self):
            self.widget.html = str(self.html(live=True))

    @cached_property
    def widget(self) -> LiveWidget:
        """The live view."""
        from regnb.widgets.live import LiveWidget  # noqa: PLC0415 - loads ipywidgets

        return LiveWidget(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def _repr_html_(self) -> str:
        return str(self.html())

    def _repr_mimebundle_(self, **_options: object) -> dict[str, Any]:
        bundle: dict[str, Any] = {"text/plain": repr(self), "text/html": self._repr_html_()}
        if self.live and somebody_looks():
            bundle = self.widget.mimebundle() | bundle
        return bundle


@cache
def _css(files: tuple[str, ...]) -> Markup:
    folder = resources.files("regnb.widgets")
    text = "\n".join(folder.joinpath(file).read_text("utf-8") for file in files)
    # A blank line in HTML would end it for a Markdown reader; and it is stored in each output.
    return Markup(_SPACE.sub(" ", _COMMENT.sub("", text)).strip())  # noqa: S704 - our own files
