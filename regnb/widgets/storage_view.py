"""What the registry stores: each content once, who uses it, what sharing saves."""

from __future__ import annotations

from typing import ClassVar

from markupsafe import Markup

from regnb.analysis.usage import ImageShare, RepositoryShare, StoredContent, Usage
from regnb.i18n import Translator
from regnb.tables.storage_tables import contents_table, storage_table
from regnb.tables.table import Table
from regnb.widgets.base_view import View
from regnb.widgets.html import (
    Child,
    code_spans,
    first_rows,
    join,
    number_cell,
    share_bar,
    short_digest,
    tag,
)

NAMES = 4


class StorageView(View):
    """The data is in `storage`, and in the tables `contents` and `repositories`."""

    styles: ClassVar = ("storage.css",)

    def __init__(self, translator: Translator, storage: Usage) -> None:
        super().__init__(translator)
        self.storage = storage

    @property
    def contents(self) -> Table:
        """Every content of the registry, largest first, one row per content."""
        return contents_table(self.translator, self.storage)

    @property
    def repositories(self) -> Table:
        """Every repository, one row per repository."""
        return storage_table(self.translator, self.storage)

    def caption(self) -> str:
        """How much is stored, and what sharing saves."""
        storage, size = self.storage, self.translator.size
        if not storage.contents:
            return self.translator("storage.empty")
        contents = self.translator("storage.contents_count", count=len(storage.contents))
        tags = self.translator("storage.tags_count", count=len(storage.roots))
        stored = self.translator(
            "storage.stored", size=size(storage.stored), contents=contents, tags=tags
        )
        if not storage.saved:
            return f"{stored} {self.translator('storage.nothing_shared')}"
        saved = {"unshared": size(storage.unshared), "saved": size(storage.saved)}
        return f"{stored} {self.translator('storage.saved', **saved)}"

    def picture(self, *, live: bool = False) -> Markup:
        """The repositories, the images, and the contents."""
        del live  # nothing to ask the kernel
        unseen = tag("p", code_spans(self.translator("storage.unseen")), class_="quiet")
        if not self.storage.contents:
            return unseen
        return join([self._repositories(), self._images(), self._contents(), unseen])

    def _repositories(self) -> Markup:
        rows = self.storage.repositories()
        widest = max(row.unique + row.shared for row in rows)
        text = self.translator
        heads = ("columns.repository", "#columns.tags", "#storage.unique", "#storage.shared")
        return self._section(
            "repositories",
            first_rows(
                text,
                [*map(self._heading, heads), ""],
                rows,
                lambda row: self._share(row, widest),
            ),
        )

    def _share(self, row: RepositoryShare, widest: int) -> list[Child]:
        size = self.translator.size
        return [
            tag("th", tag("code", row.repository), scope="row"),
            number_cell(str(row.tags)),
            number_cell(size(row.unique)),
            number_cell(size(row.shared)),
            tag("td", share_bar(row.unique, row.shared, of=widest), class_="wide"),
        ]

    def _images(self) -> Markup:
        heads = ("columns.image", "columns.digest", "#columns.size_bytes", "#storage.freed")
        headings = [*map(self._heading, heads)]
        made = first_rows(self.translator, headings, self.storage.images(), self._freed)
        return self._section("images", made)

    def _freed(self, image: ImageShare) -> list[Child]:
        size = self.translator.size
        names = [f"{image.repository}:{tag}" for tag in image.tags]
        return [
            tag("th", self._names(names), scope="row"),
            tag("td", short_digest(image.digest)),
            number_cell(size(image.size)),
            number_cell(size(image.freed)),
        ]

    def _contents(self) -> Markup:
        heads = ("columns.kind", "columns.digest", "#columns.size_bytes")
        largest = self.storage.contents[0].size
        headings = [*map(self._heading, heads), "", self.translator("columns.used_by")]
        made = first_rows(
            self.translator,
            headings,
            self.storage.contents,
            lambda content: self._content(content, largest),
        )
        return self._section("contents", made)

    def _content(self, content: StoredContent, largest: int) -> list[Child]:
        return [
            tag("td", self.translator(f"kinds.{content.content.kind}")),
            tag("td", short_digest(content.content.digest)),
            number_cell(self.translator.size(content.size)),
            tag("td", share_bar(content.size, of=largest), class_="narrow"),
            tag("td", self._names([str(name) for name in content.names])),
        ]

    def _names(self, names: list[str]) -> Markup:
        more = len(names) - NAMES
        shown = [tag("code", name) for name in names[:NAMES]]
        return Markup(", ").join([*shown, f"+ {more}"] if more > 0 else shown)

    def _section(self, name: str, *children: Child) -> Markup:
        return tag("section", tag("h4", self.translator(f"storage.{name}")), children)

    def _heading(self, key: str) -> str:
        mark = "#" if key.startswith("#") else ""
        return mark + self.translator(key.removeprefix("#"))
