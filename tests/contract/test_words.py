"""What goes wrong: each engine says it as the table does, and regnb knows and explains it.

Red when the next Docker says something otherwise: then `regnb/errors/messages.toml` gets a line.
"""

from __future__ import annotations

import pytest

from regnb.errors import EngineError
from regnb.errors.messages import known_messages, meaning_of
from regnb.lab import Lab
from regnb.lab.refusals import explanation_of
from tests.contract.engines import NO_LOGIN
from tests.contract.labs import Printed
from tests.contract.provoking import PROVOCATIONS, Provocation, Scene
from tests.contract.sentences import column_of, is_said
from tests.contract.trust import Owner

_WITH_REGISTRY = {"push", "pull", "login"}
# The table has the sentences of Podman 4; what those of 5 mean is known, and tested.
_WITHOUT_SENTENCES = "5."


@pytest.fixture
def scene(lab: Lab, owner: Owner) -> Scene:
    return Scene(lab, owner)


@pytest.mark.parametrize("provocation", PROVOCATIONS, ids=str)
def test_words_are_those_of_the_table(provocation: Provocation, scene: Scene) -> None:
    engine = scene.lab.engine
    if not scene.can(provocation):
        pytest.skip("not on Podman")
    with pytest.raises(provocation.kind) as caught:
        provocation.provoke(scene)
    told = _words(caught.value)
    meaning, action = provocation.meaning, provocation.action
    if meaning == "no_login":
        meaning = NO_LOGIN.get(engine.flavour, meaning)
    if not (engine.flavour == "podman" and engine.version.startswith(_WITHOUT_SENTENCES)):
        assert is_said(told, engine, meaning, action), f"{column_of(engine)} says: {told}"
    if isinstance(caught.value, EngineError):
        assert type(caught.value) is provocation.kind
        explained = explanation_of(scene.lab._session, caught.value)
        assert explained is not None or action not in _WITH_REGISTRY


@pytest.mark.parametrize(
    "provocation", [one for one in PROVOCATIONS if one.action in _WITH_REGISTRY], ids=str
)
def test_explained_from_what_happened_when_the_words_are_new(
    provocation: Provocation, scene: Scene
) -> None:
    """An engine of tomorrow, which says it otherwise: the lab asks the registry itself."""
    if not scene.can(provocation) or not provocation.seen:
        pytest.skip("only the words of the engine tell this")
    with pytest.raises(provocation.kind) as caught:
        provocation.provoke(scene)
    error = caught.value
    assert isinstance(error, EngineError)
    error.message = "It went wrong."
    explained = explanation_of(scene.lab._session, error)
    assert explained == f"refusals.{provocation.seen}"


def test_refusal_shows_the_words_and_what_they_mean(lab: Lab, printed: Printed) -> None:
    lab.add_user("anna", "ben")
    lab.run_token_server({"w3": "anna"})
    lab.run_registry(auth="token")
    name = f"{lab.address}/w3:1.0"
    lab.pull("nginx")
    lab.tag("nginx", name)
    with lab.refusal():
        lab.push(name)
    assert "nobody has logged in" in printed()
    lab.login("ben")
    with lab.refusal():
        lab.push(name)
    assert "does not allow this" in printed()


@pytest.mark.parametrize("meaning", known_messages().patterns)
def test_every_meaning_is_provoked(meaning: str) -> None:
    provoked = {one.action for one in PROVOCATIONS if one.meaning == meaning}
    assert provoked == set(known_messages().actions(meaning))


@pytest.mark.parametrize("engine", known_messages().engines)
@pytest.mark.parametrize("meaning", known_messages().patterns)
def test_every_sentence_is_told_by_its_meaning(engine: str, meaning: str) -> None:
    for action in known_messages().actions(meaning):
        for sentence in known_messages().sentences(engine, meaning, action):
            # Docker with containerd's store says the one where others say the other.
            same = {meaning, "client_certificate"} if meaning == "wants_tls" else {meaning}
            assert meaning_of(sentence) in same, sentence


def _words(error: Exception) -> str:
    explanation = getattr(error, "explanation", None)
    return error.message if isinstance(error, EngineError) else str(explanation or error)
