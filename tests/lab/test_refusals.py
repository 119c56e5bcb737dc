from __future__ import annotations

import pytest

from regnb.i18n import LANGUAGES, Translator
from regnb.lab.refusals import keys


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_is_explained(language: str) -> None:
    translator = Translator(language)
    assert all(translator(key) for key in keys())
