from __future__ import annotations

import pytest

from regnb.errors import EngineNotStarted, HubUnreachable, LoopbackWantsTls, PullFailed, PushFailed
from regnb.i18n import LANGUAGES, Translator


@pytest.mark.parametrize("language", LANGUAGES)
def test_engine_that_is_not_started_is_told_with_what_goes_without(language: str) -> None:
    tell = Translator(language).tell
    alone, helped = (
        tell(EngineNotStarted("Colima", "colima start", goes_without=without))
        for without in (False, True)
    )
    assert "`colima start`" in alone.mend
    assert alone.text == helped.text
    assert 'engine="embedded"' in helped.mend
    assert 'engine="embedded"' not in alone.mend


def test_hub_is_unreachable_for_a_reason_in_all_cases() -> None:
    assert HubUnreachable("no route").reason.kind == "unreachable"


def test_registry_that_has_no_tls_fails_pulls_and_pushes() -> None:
    assert issubclass(LoopbackWantsTls, PullFailed)
    assert issubclass(LoopbackWantsTls, PushFailed)
