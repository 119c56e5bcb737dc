from __future__ import annotations

import re

import pytest

from regnb.analysis.anatomy import ImageReader
from regnb.i18n import LANGUAGES, Translator
from regnb.widgets.anatomy_view import Anatomy
from tests.analysis.registries import Image, open_registry, push, push_attestation, push_index


def anatomy(language: str = "en") -> Anatomy:
    client = open_registry()
    image = push(client, "w3", "amd64", Image([{"usr/bin/w3": b"1", "etc/.wh.gone": b""}]))
    push_index(client, "w3", "1.0", [image, push_attestation(client, "w3", image)])
    reader = ImageReader(client, "w3")
    return Anatomy(Translator(language), "w3:1.0", reader.read("1.0"), reader)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_is_named_with_type_digest_and_size(language: str) -> None:
    view = anatomy(language)
    html = view.html()
    text = Translator(language)
    for part in view.root.all():
        assert f'title="{part.digest}"' in html
        assert f"<b>{text(f'anatomy.{part.role}')}</b>" in html
        assert text.size(part.size) in html
        assert part.media_type in html
    assert text("anatomy.attestation_note") in html


def test_static_picture_holds_the_manifest_as_json() -> None:
    html = anatomy().html()
    assert "<button" not in html
    assert "&#34;schemaVersion&#34;: 2" in html


def test_part_that_is_chosen_shows_its_bytes() -> None:
    view = anatomy()
    buttons = re.findall(r'data-act="bytes" data-value="(\d+)"', view.widget.html)
    assert len(buttons) == len(list(view.root.all())) == 7
    shown = {number: view.widget.answer("bytes", number)["bytes"] for number in buttons}
    roles = [part.role for part in view.root.all()]
    assert "&#34;rootfs&#34;" in shown[str(roles.index("config"))]
    assert "<code>/usr/bin/w3</code>" in shown[str(roles.index("layer"))]
    assert "<td>deleted</td>" in shown[str(roles.index("layer"))]
    assert "in-toto.io/Statement" in shown[str(roles.index("statement"))]
