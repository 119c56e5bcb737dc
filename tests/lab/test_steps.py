from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from regnb.errors import InvalidReference
from regnb.i18n import Translator
from regnb.lab.steps import Steps, step
from regnb.oci import ImageReference


class ParsingSteps(Steps):
    def __init__(self) -> None:
        pass

    @property
    def _translator(self) -> Translator:
        return Translator("fr")

    @contextmanager
    def _during(self, name: str) -> Iterator[None]:
        assert name == "parse"
        yield

    @step
    def parse(self, text: str) -> ImageReference:
        return ImageReference.parse(text)


def test_error_is_told_in_the_language_of_the_lab() -> None:
    with pytest.raises(InvalidReference) as caught:
        ParsingSteps().parse("localhost:5000/W3:1.0")
    told_text = str(caught.value)
    assert "minuscules" in told_text
    assert "Essayez `localhost:5000/w3:1.0`." in told_text
    assert "minuscules" in "".join(caught.value._render_traceback_())
