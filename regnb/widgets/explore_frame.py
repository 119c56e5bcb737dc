"""The parts of the browser around an image: its panes, and the table that stands for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from regnb.i18n import Translator
from regnb.widgets.html import join, tag
from regnb.widgets.pieces import spans

TABS = ("manifest", "raw", "config", "layers", "files")
TAGS_SHOWN = 12


def overview(translator: Translator, address: str, count: int) -> Markup:
    """The sentence about the whole."""
    key = "explore.caption" if count else "explore.empty"
    return spans(translator(key, count=count, address=address))


def frame(translator: Translator) -> Markup:
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


def tags_table(translator: Translator, tags: Mapping[str, Sequence[str]], rest: int) -> Markup:
    """Repositories with their tags; how many more there are."""
    heads = [tag("th", translator(f"explore.{name}"), scope="col") for name in _COLUMNS]
    rows = [
        tag("tr", tag("td", tag("code", name)), tag("td", _names(listed)), tag("td", len(listed)))
        for name, listed in tags.items()
    ]
    if not rows:
        return Markup()
    more = tag("p", translator("explore.more", count=rest), class_="quiet") if rest else None
    return join([tag("table", tag("thead", tag("tr", heads)), tag("tbody", rows)), more])


_COLUMNS = ("repositories", "tags", "count")


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
