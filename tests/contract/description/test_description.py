"""Our engine and Docker's own, held to the official description of the API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client, TestResponse

from regnb.embedded.api.router import Api
from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.home import Home
from tests.contract.description.content import Subject
from tests.contract.description.description import VERSION, described, load, routes
from tests.contract.description.engines import dockerd, embedded
from tests.contract.description.examining import examine
from tests.contract.description.record import recorded
from tests.realparts.marks import needs_real_parts


@pytest.fixture(
    scope="module", params=["embedded", pytest.param("dockerd", marks=needs_real_parts)]
)
def subject(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Subject]:
    load()  # or skip, before anything is started
    real = request.param == "dockerd"
    with dockerd() if real else embedded(tmp_path_factory.mktemp("engine")) as made:
        version = made.client.version()["ApiVersion"]
        if version != VERSION and real:
            pytest.skip(f"what Docker itself does is written down for {VERSION}, not {version}")
        yield made


@pytest.mark.parametrize("route", sorted(routes()))
def test_answers_are_as_described_or_as_dockers_own(subject: Subject, route: str) -> None:
    findings = examine(subject, route)
    new = set(findings.violations) - allowed(route, of_docker=subject.is_docker)
    assert not new, "\n".join(f"{one}\n    {findings.violations[one]}" for one in sorted(new))


def allowed(route: str, *, of_docker: bool) -> set[str]:
    """Violations that Docker's own engine shows.

    Where it blames itself (500) for a request that makes no sense, ours says so (400).
    """
    known = set(recorded()[route])
    if of_docker:
        return known
    faults = {text for text in known if text.startswith("500 ")}
    ours = {text.replace("500 Server error", "500 Undocumented status code") for text in faults}
    return known - faults | {text.replace("500 ", "400 ") for text in ours}


def test_what_is_not_served_is_refused_in_words(tmp_path: Path) -> None:
    others = {name: found for name, found in described(load()).items() if name not in routes()}
    assert len(others) > 40
    api = Client(Api(EmbeddedEngine(Home(tmp_path / "home"), hub="samples")))
    answers = {
        name: api.open(path.replace("{id}", "x").replace("{name}", "x"), method=method)
        for name, (method, path) in others.items()
    }
    assert {name: one.text for name, one in answers.items() if not _is_told(one)} == {}


def _is_told(answer: TestResponse) -> bool:
    """Whether it says that this is not possible, or first that what it is about is not there."""
    words = {
        200: ("[]",),
        404: ("No such container: x", r"plugin \"x\" not found"),
        501: ("embedded engine",),
        503: ("not a swarm manager",),
    }
    return any(word in answer.text for word in words.get(answer.status_code, ()))
