"""Docker itself pushes to regnb's own registry and pulls from it, also with TLS and a password."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.realparts.marks import needs_real_parts
from tests.server.places import PASSWORD, USER, Place, plain, secured

pytestmark = needs_real_parts


@pytest.fixture(params=["plain", "secured"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with ExitStack() as stack:
        made = secured if request.param == "secured" else plain
        yield made(stack, tmp_path)


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))


def docker(*words: str, given: str = "", fails: bool = False) -> str:
    done = subprocess.run(
        ["docker", *words], input=given, capture_output=True, text=True, check=False
    )
    assert (done.returncode != 0) is fails, done.stderr
    return done.stdout + done.stderr


def log_in_if_asked(place: Place, name: str) -> None:
    if place.client.url.startswith("https"):
        assert "no basic auth credentials" in docker("push", name, fails=True)
        docker("login", "--username", USER, "--password-stdin", place.address, given=PASSWORD)


def test_docker_pushes_and_pulls(place: Place) -> None:
    name = f"{place.address}/team/w3:1.0"
    docker("pull", "nginx")
    docker("tag", "nginx", name)
    try:
        log_in_if_asked(place, name)
        assert "digest: sha256:" in docker("push", name)
        manifest = place.client.get_manifest("team/w3", "1.0")
        docker("image", "rm", name)
        assert f"Digest: {manifest.digest}" in docker("pull", name)
        assert place.client.list_repositories() == ["team/w3"]
    finally:
        docker("image", "rm", name, "nginx")
