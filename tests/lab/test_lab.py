"""The rule of the package, what a learner is offered, and what a step costs the engine."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

import regnb.lab
from regnb.lab import Lab
from regnb.lab.second import SecondEngine
from tests.analysis.registries import Image, push

PACKAGE = Path(regnb.lab.__file__).parent
# What shows something, by definition.
SHOWING = {"show.py", "session.py"}
STEPS = {
    *("add_user", "address", "anatomy", "back_up", "catalog", "certificates", "challenge", "check"),
    *("clean_up", "client", "collect_garbage", "compare", "container_address", "containers"),
    *("copy", "delete", "delete_tag", "differences", "engine", "explore", "files", "folder"),
    *("handshake", "images", "inspect", "inventory", "issue", "layers", "load", "login", "logout"),
    *("logs", "make_authority", "make_builds", "panel", "present", "pull", "push", "question"),
    *("read_token", "refusal", "registry_version", "remove_image", "remove_registry"),
    *("restart_registry", "restore", "run_registry", "run_token_server", "save", "second_engine"),
    *("stop_registry", "storage", "store_files", "tag", "tags", "token", "trail", "wire"),
}
STEPS_OF_SECOND = {"configure", "engine", "images", "login", "pull", "push", "remove_image", "tag"}


def shows(node: ast.AST) -> bool:
    """Whether `node` calls something that shows, or that makes a table."""
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in {"show", "say"} or name.endswith("_table")


def is_of_steps(node: ast.stmt) -> bool:
    """Whether `node` is a class of steps, or one of the two that open a lab."""
    if isinstance(node, ast.ClassDef):
        return any(ast.unparse(base).endswith("Steps") for base in node.bases) or (
            node.name == "Steps"
        )
    return isinstance(node, ast.FunctionDef) and node.name in regnb.lab.__all__


def work_that_shows(source: str) -> Iterator[str]:
    """Where something is shown outside of steps: the line."""
    for node in ast.parse(source).body:
        if not is_of_steps(node):
            yield from (ast.unparse(found) for found in ast.walk(node) if shows(found))


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.name)
def test_only_steps_show(path: Path) -> None:
    guilty = [] if path.name in SHOWING else list(work_that_shows(path.read_text("utf-8")))
    if path.name == "second.py":  # `SecondSession.show` says which engine a command is for
        guilty = [text for text in guilty if not text.startswith("super().show(")]
    assert not guilty


@pytest.mark.parametrize("call", ["session.show(c)", "s.say('key')", "show(w)", "tags_table(t, m)"])
def test_work_that_shows_is_found(call: str) -> None:
    assert list(work_that_shows(f"def work(session):\n    return {call}"))
    assert not list(work_that_shows(f"class SomeSteps(Steps):\n    def a(self):\n        {call}"))


def public(kind: type) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_")}


def test_learner_is_offered_the_steps_and_nothing_else(lab: Lab) -> None:
    assert public(Lab) == STEPS
    assert {name for name in vars(lab) if not name.startswith("_")} == set()
    assert public(SecondEngine) == STEPS_OF_SECOND | {"trust"}


@pytest.mark.parametrize("kind", [Lab, SecondEngine])
def test_every_step_is_documented(kind: type) -> None:
    assert all(inspect.getdoc(getattr(kind, name)) for name in public(kind))


Calls = list[str]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """The calls of Docker's SDK to an engine."""
    made: Calls = []
    send = requests.Session.send

    def counted(self: requests.Session, request: requests.PreparedRequest, **options: Any) -> Any:
        made.append(f"{request.method} {request.path_url}")
        return send(self, request, **options)

    monkeypatch.setattr(requests.Session, "send", counted)
    return made


def test_step_asks_the_engine_for_its_containers_once(lab: Lab, calls: Calls) -> None:
    lab.run_registry()
    assert len(calls) <= 8
    calls.clear()
    lab.run_registry()
    assert len(calls) <= 2
    calls.clear()
    lab.catalog()
    assert len(calls) == 1
    push(lab.client, "w3", "1.0", Image([{"base": b"0"}]))
    calls.clear()
    assert list(lab.tags("w3").tag) == ["1.0"]
    assert len(calls) == 1
