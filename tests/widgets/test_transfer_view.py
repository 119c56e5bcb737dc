from __future__ import annotations

from regnb.engine import Progress
from regnb.i18n import Translator
from regnb.widgets.transfer_view import Transfers
from tests.engine.test_progress import MB, transfer


def html(language: str, *events: Progress) -> str:
    return str(Transfers(Translator(language), transfer(*events)).picture())


def test_layer_on_its_way_has_a_bar_with_size_and_speed() -> None:
    events = [Progress("aaa", "Downloading", n * MB, 10 * MB) for n in (0, 4)]
    shown = html("fr", *events)
    assert '<progress value="4000000" max="10000000" aria-label="Téléchargement">' in shown
    assert "10,0\u202fMo" in shown
    assert "4,0\u202fMo/s" in shown


def test_layer_that_exists_says_so_without_a_bar() -> None:
    shown = html("en", Progress("aaa", "Layer already exists"))
    assert "Layer already exists" in shown
    assert "<progress" not in shown


def test_caption_is_the_total() -> None:
    state = transfer(Progress("aaa", "Downloading", 0, MB), Progress("aaa", "Pull complete"))
    assert (
        Transfers(Translator("en"), state).caption() == "1 of 1 layer · 1.0\u202fMB of 1.0\u202fMB"
    )


def test_sign_of_a_layer_is_drawn_and_not_read_aloud() -> None:
    states = (("Downloading", "…"), ("Layer already exists", "="), ("Pull complete", "✓"))
    for status, sign in states:
        shown = html("en", Progress("aaa", status))
        assert f'<span class="mark" aria-hidden="true">{sign}</span>' in shown
