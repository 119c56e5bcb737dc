"""HTML made in Python; whatever is not `Markup` is escaped, since registries hold others' texts."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TypeAlias

from markdown_it import MarkdownIt
from markupsafe import Markup, escape

Child: TypeAlias = str | int | Markup | Iterable["Child"] | None

_VOID = frozenset({"br", "col", "hr", "img", "input", "wbr"})


def tag(name: str, *children: Child, **attributes: str | float | bool | None) -> Markup:
    """The element `name`; children may be nested lists, and None is nothing.

    Attributes are written as in Python: `class_`, `data_act`, `aria_label`; those that are None or
    False are left out, and True stands alone.
    """
    written = join(
        Markup(' {}="{}"').format(_attribute(key), value)
        if value is not True
        else Markup(" {}").format(_attribute(key))
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    start = Markup("<{}{}>").format(name, written)
    end = Markup("") if name in _VOID else join(children) + Markup("</{}>").format(name)
    return start + end


def join(children: Child) -> Markup:
    """All `children` one after the other."""
    if children is None:
        return Markup()
    if isinstance(children, str | int):
        return escape(children)
    return Markup().join(join(child) for child in children)


def inline(text: str) -> Markup:
    """`text`, Markdown within one paragraph, such as the catalogues hold."""
    return Markup(_markdown().renderInline(text))  # noqa: S704 - HTML in it is escaped


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False})


def _attribute(name: str) -> str:
    return name.rstrip("_").replace("_", "-")
