"""The files of one layer, as many as one can look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from markupsafe import Markup

from regnb.analysis.layer_files import OPAQUE, WHITEOUT, LayerFile, read_layer
from regnb.errors import InvalidLayer
from regnb.i18n import Translator
from regnb.widgets.html import join, tag

SHOWN = 500
COLUMNS = ("change", "mode", "size", "path")


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
    heads = [tag("th", translator(f"explore.name.{name}"), scope="col") for name in COLUMNS]
    rows = [_row(translator, file) for file in shown]
    more = tag("p", translator("explore.more_files", count=rest), class_="quiet") if rest else None
    table = tag("table", tag("thead", tag("tr", heads)), tag("tbody", rows))
    return join([tag("p", translator("explore.files", count=len(shown) + rest)), table, more])


def _row(translator: Translator, file: LayerFile) -> Markup:
    gone = file.kind in {WHITEOUT, OPAQUE}
    change = translator(f"explore.change.{file.kind}") if gone else translator("explore.change.put")
    target = f" → {file.link_target}" if file.link_target else ""
    path = tag("code", f"/{file.path}{target}")
    return tag(
        "tr",
        tag("td", change),
        tag("td", tag("code", "" if gone else f"{file.mode:04o}")),
        tag("td", "" if gone else translator.size(file.size), class_="number"),
        tag("td", tag("s", path) if gone else path),
    )
