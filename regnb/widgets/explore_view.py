"""A registry to browse: its repositories, their tags, and what is behind each of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from markupsafe import Markup

from regnb.analysis.browse import BrowsedImage, RegistryBrowser
from regnb.i18n import Translator
from regnb.widgets.base_view import View
from regnb.widgets.explore_image import image_slots, layer_html
from regnb.widgets.html import code_spans, join, table, tag

if TYPE_CHECKING:
    from regnb.widgets.live import ExploreWidget

SHOWN = 20
TABS = ("manifest", "raw", "config", "layers", "files")
TAGS_SHOWN = 12


class Explore(View):
    """The registry at `address`, asked through `browser` when the learner looks there.

    `repositories` are those that were there when it was asked last.
    """

    styles: ClassVar = ("explore.css",)
    live: ClassVar = True

    def __init__(self, translator: Translator, browser: RegistryBrowser, address: str) -> None:
        super().__init__(translator)
        self.address = address
        self.repositories = browser.repositories()
        self._browser = browser

    def caption(self) -> Markup:
        """How much the registry holds."""
        count = len(self.repositories)
        key = "explore.caption" if count else "explore.empty"
        return code_spans(self.translator(key, count=count, address=self.address))

    def picture(self, *, live: bool = False) -> Markup:
        """The places that the widget fills; without it, a table of the first repositories."""
        if live:
            return _panes(self.translator)
        shown = {name: self._browser.tags(name) for name in self.repositories[:SHOWN]}
        return _static(self.translator, shown, len(self.repositories) - len(shown))

    def reply(self, act: str, value: str) -> dict[str, Any]:
        """The answer to a message of the widget: `slots` are HTML, the rest is data.

        Raises RegistryError.
        """
        asked = json.loads(value or "{}")
        replies: dict[str, Callable[[dict[str, str]], dict[str, Any]]] = {
            "tags": self._tags,
            "image": self._image,
            "files": self._files,
            "poll": self._changes,
        }
        return replies[act](asked)

    def refresh(self) -> None:
        """Have the widget look at once whether something has changed."""
        if "widget" in vars(self):
            self.widget.look()

    @cached_property
    def widget(self) -> ExploreWidget:
        """The live view."""
        from regnb.widgets.live import ExploreWidget  # noqa: PLC0415 - loads anywidget

        return ExploreWidget(self)

    def _tags(self, asked: dict[str, str]) -> dict[str, Any]:
        repository = asked["repository"]
        return {"repository": repository, "tags": self._browser.tags(repository)}

    def _image(self, asked: dict[str, str]) -> dict[str, Any]:
        image = self._browser.image(
            asked["repository"], asked["reference"], asked.get("chosen", "")
        )
        return self._told(image)

    def _told(self, image: BrowsedImage) -> dict[str, Any]:
        slots = image_slots(self.translator, self.address, image)
        return {"image": image.digest, "slots": {name: str(html) for name, html in slots.items()}}

    def _files(self, asked: dict[str, str]) -> dict[str, Any]:
        blocks = self._browser.layer(asked["repository"], asked["digest"])
        return {"slots": {"files": str(layer_html(self.translator, asked["digest"], blocks))}}

    def _changes(self, asked: dict[str, str]) -> dict[str, Any]:
        """What has become of all that is seen, as far as it is not as it was."""
        changes: dict[str, Any] = {"polled": True}
        repositories = self._browser.repositories()
        if repositories != self.repositories:
            self.repositories = repositories
            changes["repositories"] = repositories
            changes["slots"] = {"caption": str(self.caption())}
        repository, reference = asked.get("repository", ""), asked.get("reference", "")
        if repository:
            changes |= self._tags(asked)
        if reference:
            changes["image"] = self._browser.digest(repository, reference)
        return changes


def _panes(translator: Translator) -> Markup:
    """The panes that the widget fills: repositories, tags, and the image that is chosen."""
    search = tag(
        "input",
        type="search",
        data_part="search",
        placeholder=translator("explore.search"),
        aria_label=translator("explore.search"),
        spellcheck="false",
        autocomplete="off",
    )
    found = tag("span", data_part="found", role="status", class_="quiet")
    return tag(
        "div",
        tag("div", search, found, class_="find"),
        tag(
            "div",
            _list(translator, "repositories"),
            _list(translator, "tags"),
            _details(translator),
            class_="panes",
        ),
        data_none=translator("explore.none"),
        data_found=translator("explore.found", found="{found}", all="{all}"),
        class_="browser",
    )


def _static(translator: Translator, tags: Mapping[str, Sequence[str]], rest: int) -> Markup:
    """Repositories with their tags; how many more there are."""
    if not tags:
        return Markup()
    heads = (translator(f"explore.{name}") for name in ("repositories", "tags", "count"))
    rows = (
        [tag("td", tag("code", name)), tag("td", _names(listed)), tag("td", len(listed))]
        for name, listed in tags.items()
    )
    more = tag("p", translator("explore.more", count=rest), class_="quiet") if rest else None
    return join([table(heads, rows), more])


def _names(tags: Sequence[str]) -> Markup:
    shown = join([tag("code", name), " "] for name in tags[:TAGS_SHOWN])
    return join([shown, "…" if len(tags) > TAGS_SHOWN else None])


def _list(translator: Translator, name: str) -> Markup:
    title = translator(f"explore.{name}")
    box = tag("div", role="listbox", tabindex=0, aria_label=title, data_list=name)
    return tag("section", tag("h4", title), box, class_=name)


def _details(translator: Translator) -> Markup:
    tabs = [
        tag(
            "button",
            translator(f"explore.tab.{name}"),
            type="button",
            role="tab",
            data_tab=name,
            aria_selected="true" if name == TABS[0] else "false",
            tabindex=0 if name == TABS[0] else -1,
        )
        for name in TABS
    ]
    panels = [
        tag("div", role="tabpanel", data_slot=name, tabindex=0, hidden=name != TABS[0])
        for name in TABS
    ]
    hint = tag("p", translator("explore.hint"), class_="quiet")
    return tag(
        "section",
        tag("header", hint, data_slot="header", aria_live="polite"),
        tag("div", tabs, role="tablist", aria_label=translator("explore.tabs"), hidden=True),
        panels,
        class_="details",
    )
