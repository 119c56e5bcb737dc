from __future__ import annotations

import pytest

from regnb.errors.hub_reasons import PHRASES
from regnb.errors.messages import reason_in, table


@pytest.mark.parametrize(
    "message",
    [
        "manifest for alpine:nope not found: manifest unknown: manifest unknown",
        "no matching manifest for linux/riscv64 in the manifest list entries",
        "write /var/lib/docker/tmp/x: no space left on device",
    ],
)
def test_answers_of_the_hub_are_no_trouble_of_the_network(message: str) -> None:
    assert reason_in(message, of_hub=True) is None


@pytest.mark.parametrize("engine", table().engines)
@pytest.mark.parametrize("meaning", table().tells)
def test_reasons_agree_with_the_table(engine: str, meaning: str) -> None:
    kinds = {one.kind for one in table().reasons if one.meaning == meaning}
    for action in table().actions(meaning):
        for sentence in table().sentences(engine, meaning, action):
            of_any = reason_in(sentence, of_hub=False)
            assert (of_any is not None) == (meaning == "unreachable"), sentence
            of_hub = reason_in(sentence, of_hub=True)
            assert not kinds or (of_hub and of_hub.kind in kinds), sentence


def test_each_reason_has_a_phrase_and_each_pattern_stands_once() -> None:
    assert {one.kind for one in table().reasons} <= PHRASES.keys()
    shared = {pattern for patterns in table().tells.values() for pattern in patterns}
    for one in table().reasons:
        assert one.meaning or not shared & set(one.tells)
