from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from regnb.engine import Engine
from regnb.errors import LoginRefused, PushFailed
from regnb.oci import ImageReference
from tests.engine.fake_api import Answer, FakeApi, message
from tests.engine.test_progress import PULL, PUSH

Open: TypeAlias = Callable[[FakeApi], Engine]
ADDRESS = "localhost:5801"
W3 = ImageReference.parse(f"{ADDRESS}/x:1")
PUSH_PATH = f"POST /images/{W3.name}/push"


class Headers(FakeApi):
    """Remembers the logins that were shown to it."""

    def __call__(self, environ: dict[str, object], start_response: object) -> object:  # type: ignore[override]
        shown = str(environ.get("HTTP_X_REGISTRY_AUTH") or "")
        if shown:
            self.shown = json.loads(base64.urlsafe_b64decode(shown))
        return super().__call__(environ, start_response)


def test_push_shows_the_password_that_was_told(open_engine: Open) -> None:
    api = Headers({"POST /auth": Answer({"Status": "ok"}), PUSH_PATH: Answer(lines=PUSH)})
    engine = open_engine(api)
    list(engine.push(W3))
    assert api.shown == {}
    engine.log_in(ADDRESS, "anna", "secret")
    list(engine.push(W3))
    assert api.shown == {"username": "anna", "password": "secret"}
    engine.log_out(ADDRESS)
    list(engine.push(W3))
    assert api.shown == {}


def test_wrong_password_is_refused_and_forgotten(open_engine: Open) -> None:
    refused = Answer(message("unauthorized: incorrect username or password"), 500)
    api = Headers({"POST /auth": refused, PUSH_PATH: Answer(lines=PUSH)})
    engine = open_engine(api)
    with pytest.raises(LoginRefused) as caught:
        engine.log_in(ADDRESS, "anna", "wrong")
    assert caught.value.user == "anna"
    list(engine.push(W3))
    assert api.shown == {}


def test_push_that_ends_without_a_digest_has_failed(open_engine: Open) -> None:
    engine = open_engine(FakeApi({PUSH_PATH: Answer(lines=PUSH[:1])}))
    with pytest.raises(PushFailed, match="before it was whole"):
        list(engine.push(W3))


@pytest.mark.parametrize(
    "settings",
    [{"credsStore": "nope"}, {"credHelpers": {"https://index.docker.io/v1/": "nope"}}],
)
def test_pull_from_the_hub_goes_on_without_a_helper_that_is_missing(
    open_engine: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: object
) -> None:
    """As the docker command does."""
    (tmp_path / "config.json").write_text(json.dumps(settings))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    api = Headers({"POST /images/create": Answer(lines=PULL)})
    list(open_engine(api).pull(ImageReference.parse("nginx")))
    assert api.shown == {}


@pytest.mark.filterwarnings("ignore:docker-credential-nope")
def test_login_goes_on_without_a_helper_that_is_missing(
    open_engine: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Docker Desktop is gone, and its `credsStore` is not: the lab's login needs none."""
    (tmp_path / "config.json").write_text(json.dumps({"credsStore": "nope"}))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    engine = open_engine(FakeApi({"POST /auth": Answer({"Status": "ok"})}))
    engine.log_in(ADDRESS, "anna", "secret")
