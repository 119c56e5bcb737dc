"""An image in the browser: its manifest, readable and raw, its config, its layers, their files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from markupsafe import Markup

from regnb.analysis.browse import BrowsedImage
from regnb.analysis.layer_files import OPAQUE, WHITEOUT, LayerFile, read_layer
from regnb.errors import InvalidLayer
from regnb.i18n import Translator
from regnb.oci import Descriptor, ImageIndex, ImageManifest, Layer, layers_of
from regnb.tables.registry_tables import image_table
from regnb.tables.table import shorten
from regnb.widgets.html import Child, join, number_cell, short_digest, table, tag

SHOWN = 500
COLUMNS = ("change", "mode", "size", "path")


def image_slots(translator: Translator, address: str, image: BrowsedImage) -> dict[str, Markup]:
    """HTML for the header and for each tab."""
    parts = _Parts(translator, image)
    return {
        "header": parts.header(address),
        "manifest": join([parts.index(), parts.manifest()]),
        "raw": parts.raw(),
        "config": parts.config(),
        "layers": parts.layers(),
        "files": parts.files(),
    }


class _Parts:
    def __init__(self, translator: Translator, image: BrowsedImage) -> None:
        self._translator = translator
        self._image = image

    def header(self, address: str) -> Markup:
        image = self._image
        joint = "@" if ":" in image.reference else ":"
        name = f"{address}/{image.repository}{joint}{image.reference}"
        return join([tag("code", name, class_="name"), self._platforms()])

    def index(self) -> Markup | None:
        """The choice that an index gives."""
        index = self._image.index
        if index is None:
            return None
        rows = [
            [
                self._kind(entry),
                str(entry.platform or ""),
                short_digest(entry.digest),
                self._size(entry.size),
            ]
            for entry in index.manifests
        ]
        return join(
            [
                self._text("index", count=len(index.images)),
                self._facts(self._named(index)),
                self._table(("kind", "platform", "digest", "size"), rows),
            ]
        )

    def manifest(self) -> Markup | None:
        """The facts of the manifest."""
        manifest = self._image.manifest
        if manifest is None:
            return self._text("no_image")
        title = tag("h4", self._translator("explore.chosen")) if self._image.index else None
        facts = [
            *self._named(manifest),
            (
                "config",
                join([short_digest(manifest.config.digest), " ", manifest.config.media_type]),
            ),
            ("layers", str(len(manifest.layers))),
            ("pull_size", self._size(manifest.size)),
            ("subject", short_digest(manifest.subject.digest) if manifest.subject else None),
            *((name, value) for name, value in sorted(manifest.annotations.items())),
        ]
        return join([title, self._facts(facts)])

    def raw(self) -> Markup:
        """The bytes that the digest is of."""
        named = [item for item in (self._image.index, self._image.manifest) if item]
        return join(
            [
                tag(
                    "p",
                    self._translator("explore.bytes", count=len(item.content)),
                    " ",
                    short_digest(item.digest),
                ),
                tag("pre", item.content.decode("utf-8", "replace")),
            ]
            for item in named
        )

    def config(self) -> Markup:
        """What the image says of itself."""
        manifest, config = self._image.manifest, self._image.config
        if manifest is None or config is None:
            return self._text("no_config")
        facts = image_table(self._translator, manifest, config)
        text = json.dumps(json.loads(config.content), indent=2, ensure_ascii=False)
        whole = tag(
            "details", tag("summary", self._translator("explore.whole_config")), tag("pre", text)
        )
        return Markup(facts._repr_html_()) + whole  # noqa: S704 - pandas has escaped it

    def layers(self) -> Markup:
        """A row and a bar for each layer."""
        layers = self._layers()
        largest = max((layer.size for layer in layers), default=0)
        rows: list[Sequence[Child]] = [
            [
                number,
                tag("code", shorten(layer.created_by) or "?", title=layer.created_by),
                tag("meter", value=layer.size, max=largest or 1, aria_label=self._size(layer.size)),
                self._size(layer.size),
                short_digest(layer.digest),
                self._files_button(layer),
            ]
            for number, layer in enumerate(layers, 1)
        ]
        heads = ("layer", "instruction", "share", "size", "digest", "files")
        return join([self._text("layers_text"), self._table(heads, rows)])

    def files(self) -> Markup:
        """The layers whose files can be asked for."""
        rows: list[Sequence[Child]] = [
            [number, self._size(layer.size), short_digest(layer.digest), self._files_button(layer)]
            for number, layer in enumerate(self._layers(), 1)
        ]
        heads = ("layer", "size", "digest", "files")
        return join([self._text("files_text"), self._table(heads, rows)])

    def _layers(self) -> list[Layer]:
        manifest, config = self._image.manifest, self._image.config
        if manifest is None:
            return []
        if config is None:
            return [Layer(descriptor, "", "") for descriptor in manifest.layers]
        return layers_of(manifest, config)

    def _files_button(self, layer: Layer) -> Markup:
        label = self._translator("explore.files_of", digest=layer.digest.short)
        text = self._translator("explore.tab.files")
        return tag("button", text, type="button", data_files=layer.digest, aria_label=label)

    def _platforms(self) -> Markup | None:
        index, manifest = self._image.index, self._image.manifest
        if index is None or manifest is None:
            return None
        options = [
            tag(
                "option",
                str(entry.platform or entry.digest.short),
                value=entry.digest,
                selected=entry.digest == manifest.digest,
            )
            for entry in index.images
        ]
        label = self._translator("explore.platform")
        return tag("label", label, " ", tag("select", options, data_part="platform"))

    def _named(self, named: ImageIndex | ImageManifest) -> list[tuple[str, Child]]:
        facts: list[tuple[str, Child]] = [
            ("digest", tag("code", named.digest)),
            ("media_type", tag("code", named.media_type)),
        ]
        if named.artifact_type:
            facts.append(("artifact_type", tag("code", named.artifact_type)))
        return facts

    def _kind(self, entry: Descriptor) -> str:
        return self._translator("explore.attestation" if entry.is_attestation else "explore.image")

    def _facts(self, facts: Sequence[tuple[str, Child]]) -> Markup:
        rows = [
            tag("tr", tag("th", self._name(name), scope="row"), tag("td", value))
            for name, value in facts
            if value
        ]
        return tag("table", tag("tbody", rows), class_="facts")

    def _table(self, heads: Sequence[str], rows: Sequence[Sequence[Child]]) -> Markup:
        body = ([tag("td", cell) for cell in row] for row in rows)
        return table(map(self._name, heads), body, class_="list")

    def _name(self, name: str) -> str:
        key = f"explore.name.{name}"
        return self._translator(key) if self._translator.has(key) else name

    def _text(self, key: str, **values: object) -> Markup:
        return tag("p", self._translator(f"explore.{key}", **values))

    def _size(self, size: int) -> str:
        return self._translator.size(size)


def layer_html(translator: Translator, digest: str, blocks: Iterable[bytes]) -> Markup:
    """The first files of the layer in `blocks`, which is read to its end; how many there are."""
    title = tag("h4", translator("explore.files_of", digest=digest[7:19]))
    return title + files_html(translator, read_layer(blocks))


def files_html(translator: Translator, files: Iterator[LayerFile]) -> Markup:
    """The first of the `files` of a layer, and how many there are; or why it cannot be read."""
    try:
        shown = list(islice(files, SHOWN))
        rest = sum(1 for _ in files)
    except InvalidLayer as error:
        return tag("p", str(translator.tell(error)), class_="regnb-error")
    heads = (translator(f"explore.name.{name}") for name in COLUMNS)
    listed = table(heads, (_row(translator, file) for file in shown))
    more = tag("p", translator("explore.more_files", count=rest), class_="quiet") if rest else None
    return join([tag("p", translator("explore.files", count=len(shown) + rest)), listed, more])


def _row(translator: Translator, file: LayerFile) -> list[Child]:
    gone = file.kind in {WHITEOUT, OPAQUE}
    change = translator(f"explore.change.{file.kind}") if gone else translator("explore.change.put")
    target = f" → {file.link_target}" if file.link_target else ""
    path = tag("code", f"/{file.path}{target}")
    return [
        tag("td", change),
        tag("td", tag("code", "" if gone else f"{file.mode:04o}")),
        number_cell("" if gone else translator.size(file.size)),
        tag("td", tag("s", path) if gone else path),
    ]
