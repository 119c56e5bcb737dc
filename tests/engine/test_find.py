from __future__ import annotations

import hashlib
import json
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from regnb.embedded import background
from regnb.engine import Engine, find
from regnb.engine.find import find_engine, known_endpoints
from regnb.engine.installed import installed_engine
from regnb.errors import (
    ContextUnreadable,
    EmbeddedEngineNeedsUnix,
    EngineDenied,
    EngineNotReady,
    EngineNotStarted,
    EngineRemote,
    EngineUnavailable,
    EngineUnreachable,
)
from regnb.i18n import Translator
from regnb.lab.lab import opening
from regnb.lab.preflight import Preflight
from tests.engine.fake_api import Answer, FakeApi, serving

NOBODY = 65534


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, sockets: Path) -> None:
    """A machine without any engine: the sockets and contexts of the real one are out of sight."""
    monkeypatch.setattr(find, "SYSTEM_DOCKER_SOCKET", sockets / "system/docker.sock")
    monkeypatch.setattr(find, "SYSTEM_PODMAN_SOCKET", sockets / "system/podman.sock")
    monkeypatch.setattr(tempfile, "tempdir", str(sockets / "tmp"))
    monkeypatch.setenv("DOCKER_CONFIG", str(sockets / "config"))


@pytest.fixture
def environment(sockets: Path) -> dict[str, str]:
    return {"HOME": str(sockets / "home"), "XDG_RUNTIME_DIR": str(sockets / "run")}


def write_context(config: Path, name: str, endpoint: str, *, current: bool) -> None:
    # The store of the docker command: a folder per context, named by the digest of its name.
    folder = config / "contexts/meta" / hashlib.sha256(name.encode()).hexdigest()
    folder.mkdir(parents=True)
    metadata = {"Name": name, "Metadata": {}, "Endpoints": {"docker": {"Host": endpoint}}}
    (folder / "meta.json").write_text(json.dumps(metadata))
    (config / "config.json").write_text(json.dumps({"currentContext": name} if current else {}))


@contextmanager
def unprivileged() -> Iterator[None]:
    """As a user whom permissions concern: root is refused nothing."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_docker_host_decides(sockets: Path, environment: dict[str, str]) -> None:
    with serving(FakeApi(), sockets / "here.sock") as endpoint:
        environment |= {"DOCKER_HOST": endpoint}
        with find_engine(environment=environment) as engine:
            assert (engine.endpoint, engine.found_by) == (endpoint, "environment")


def test_choice_goes_before_docker_host(sockets: Path, environment: dict[str, str]) -> None:
    environment |= {"DOCKER_HOST": f"unix://{sockets}/gone.sock"}
    with serving(FakeApi(), sockets / "here.sock") as endpoint:
        with find_engine(endpoint, environment) as engine:
            assert engine.found_by == "choice"
        with find_engine(environment=environment | {"REGNB_ENGINE": endpoint}) as engine:
            assert engine.found_by == "choice"


@pytest.mark.parametrize("by_variable", [True, False])
def test_docker_context_is_followed(
    sockets: Path, environment: dict[str, str], by_variable: bool
) -> None:
    with serving(FakeApi(), sockets / "here.sock") as endpoint:
        write_context(sockets / "config", "desktop", endpoint, current=not by_variable)
        environment |= {"DOCKER_CONTEXT": "desktop"} if by_variable else {}
        with find_engine(environment=environment) as engine:
            assert (engine.endpoint, engine.found_by) == (endpoint, "context")


BROKEN = {
    "no JSON": b"{",
    "empty": b"",
    "missing": None,
    "list": b"[]",
    "no endpoints": b'{"Name": "mine"}',
    "endpoints that are a list": b'{"Name": "mine", "Metadata": {}, "Endpoints": []}',
    "endpoint that is a text": b'{"Name": "mine", "Metadata": {}, "Endpoints": {"docker": "x"}}',
    "host that is a number": b'{"Name": "mine", "Endpoints": {"docker": {"Host": 3}}}',
    "no UTF-8": b"\xff\xfe",
}


@pytest.mark.parametrize("meta", BROKEN.values(), ids=BROKEN)
def test_docker_context_that_is_broken(
    sockets: Path, environment: dict[str, str], meta: bytes | None
) -> None:
    write_context(sockets / "config", "mine", "unix:///nowhere", current=True)
    file = next((sockets / "config").rglob("meta.json"))
    file.unlink() if meta is None else file.write_bytes(meta)
    with serving(FakeApi(), sockets / "run/docker.sock") as endpoint:
        with find_engine(environment=environment) as engine:
            assert engine.endpoint == endpoint
        assert isinstance(engine.passed_over, ContextUnreadable)
        with pytest.raises(ContextUnreadable) as caught:
            find_engine(environment=environment | {"DOCKER_CONTEXT": "mine"})
    assert caught.value.subject == "mine"


def test_docker_context_that_does_not_exist(environment: dict[str, str]) -> None:
    with pytest.raises(EngineUnreachable) as caught:
        find_engine(environment=environment | {"DOCKER_CONTEXT": "nope"})
    assert caught.value.subject == "nope"


@pytest.mark.parametrize(
    ("place", "choice"),
    [
        ("system/docker.sock", None),
        ("system/docker.sock", "docker"),
        ("home/.docker/run/docker.sock", None),
        ("home/.docker/desktop/docker.sock", None),
        ("run/docker.sock", None),
        ("home/.colima/default/docker.sock", None),
        ("home/.config/colima/default/docker.sock", None),
        ("home/.orbstack/run/docker.sock", None),
        ("home/.rd/docker.sock", None),
        ("run/podman/podman.sock", None),
        ("run/podman/podman.sock", "podman"),
        ("home/.local/share/containers/podman/machine/podman.sock", "podman"),
        ("tmp/podman/podman-machine-default-api.sock", "podman"),
        ("system/podman.sock", "podman"),
    ],
)
def test_known_sockets_are_found(
    sockets: Path, environment: dict[str, str], place: str, choice: str | None
) -> None:
    with (
        serving(FakeApi(), sockets / place) as endpoint,
        find_engine(choice, environment) as engine,
    ):
        assert (engine.endpoint, engine.found_by) == (endpoint, "socket")


def test_docker_goes_before_podman(sockets: Path, environment: dict[str, str]) -> None:
    for place in ("run/podman/podman.sock", "run/docker.sock"):
        (sockets / place).parent.mkdir(parents=True, exist_ok=True)
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(sockets / place))
    names = [Path(endpoint).name for endpoint in known_endpoints("", environment)]
    assert names == ["docker.sock", "podman.sock"]


def test_dead_socket_is_passed_over(sockets: Path, environment: dict[str, str]) -> None:
    (sockets / "system").mkdir()
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(sockets / "system/docker.sock"))
    with (
        serving(FakeApi(), sockets / "run/docker.sock") as endpoint,
        find_engine(environment=environment) as engine,
    ):
        assert engine.endpoint == endpoint


@pytest.mark.parametrize(("choice", "found_by"), [("", "fallback"), ("embedded", "choice")])
def test_embedded_engine_takes_the_place_of_others(
    choice: str, found_by: str, environment: dict[str, str], tmp_path: Path
) -> None:
    environment |= {"REGNB_HOME": str(tmp_path)}
    try:
        with find_engine(choice, environment) as engine:
            assert (engine.flavour, engine.found_by) == ("embedded", found_by)
    finally:
        assert background.stop(background.Place.default(environment))


@pytest.fixture
def asked_on_windows(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The endpoints that are asked where there are named pipes and no Unix sockets."""
    asked: list[str] = []

    def refuse(endpoint: str, **_: object) -> Engine:
        asked.append(endpoint)
        raise EngineUnavailable("There is no such pipe.", subject=endpoint)

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(Engine, "connect", refuse)
    monkeypatch.delattr(socket, "AF_UNIX")
    return asked


def test_pipes_are_tried_on_windows_and_the_embedded_engine_is_not(
    asked_on_windows: list[str], environment: dict[str, str]
) -> None:
    with pytest.raises(EmbeddedEngineNeedsUnix):
        find_engine(environment=environment)
    assert asked_on_windows == [
        "npipe:////./pipe/docker_engine",
        "npipe:////./pipe/dockerDesktopLinuxEngine",
        "npipe:////./pipe/podman-machine-default",
    ]


def test_pipe_of_the_context_goes_before_the_known_ones(
    asked_on_windows: list[str], environment: dict[str, str], sockets: Path
) -> None:
    pipe = "npipe:////./pipe/dockerDesktopLinuxEngine"
    write_context(sockets / "config", "desktop-linux", pipe, current=True)
    with pytest.raises(EngineUnavailable):
        find_engine(environment=environment)
    assert asked_on_windows[0] == pipe


def test_no_engine_at_all(environment: dict[str, str]) -> None:
    with pytest.raises(EngineUnavailable) as caught:
        find_engine("docker", environment)
    assert type(caught.value) is EngineUnavailable


def test_socket_that_refuses_this_user(sockets: Path, environment: dict[str, str]) -> None:
    with serving(FakeApi(), sockets / "system/docker.sock") as endpoint:
        Path(endpoint.removeprefix("unix://")).chmod(0o000)
        with unprivileged(), pytest.raises(EngineDenied) as caught:
            find_engine("docker", environment)
    assert caught.value.subject == str(sockets / "system/docker.sock")


def test_engine_that_answers_goes_before_one_that_refuses(
    sockets: Path, environment: dict[str, str]
) -> None:
    with (
        serving(FakeApi(), sockets / "system/docker.sock"),
        serving(FakeApi(), sockets / "run/docker.sock") as endpoint,
    ):
        (sockets / "system/docker.sock").chmod(0o000)
        (sockets / "run/docker.sock").chmod(0o777)
        with unprivileged(), find_engine(environment=environment) as engine:
            assert engine.endpoint == endpoint


@pytest.mark.parametrize(
    "endpoint",
    [
        "ssh://me@server.example.com",
        "tcp://192.0.2.7:2375",
        "tcp://docker:2375",
        "192.0.2.7:2375",
        "tcp://[2001:db8::1]:2376",
        "https://engine.example.com:2376",
    ],
)
def test_engine_on_another_machine_is_refused(environment: dict[str, str], endpoint: str) -> None:
    with pytest.raises(EngineRemote) as caught:
        find_engine(environment=environment | {"DOCKER_HOST": endpoint})
    assert caught.value.subject == endpoint


@pytest.mark.parametrize(
    "endpoint",
    [
        "unix:///nowhere/docker.sock",
        "tcp://127.0.0.1:1",
        "tcp://localhost:1",
        "tcp://[::1",
        "nonsense",
        "fd://",
        "unix:///" + "long" * 40,
    ],
)
def test_endpoint_that_does_not_answer_is_named(environment: dict[str, str], endpoint: str) -> None:
    with pytest.raises(EngineUnreachable) as caught:
        find_engine(environment=environment | {"DOCKER_HOST": endpoint})
    assert caught.value.subject == endpoint


def test_socket_that_hangs_is_told(sockets: Path) -> None:
    with socket.socket(socket.AF_UNIX) as hanging:
        hanging.bind(str(sockets / "hangs.sock"))
        hanging.listen()
        with pytest.raises(EngineUnavailable, match="timed out"):
            Engine.connect(f"unix://{sockets}/hangs.sock", found_by="choice", timeout=1)


def test_certificates_that_are_missing(environment: dict[str, str]) -> None:
    environment |= {"DOCKER_HOST": "tcp://127.0.0.1:1", "DOCKER_TLS_VERIFY": "1"}
    with pytest.raises(EngineUnreachable):
        find_engine(environment=environment | {"DOCKER_CERT_PATH": "/nowhere"})


COLIMA = "home/.colima/default/docker.sock"


@pytest.fixture
def with_colima(sockets: Path, environment: dict[str, str]) -> dict[str, str]:
    """A machine on which Colima is installed, and is the current docker context, and is off."""
    program = sockets / "bin/colima"
    program.parent.mkdir()
    program.touch(mode=0o755)
    write_context(sockets / "config", "colima", f"unix://{sockets}/{COLIMA}", current=True)
    return environment | {"PATH": str(program.parent), "REGNB_HOME": str(sockets / "regnb")}


@contextmanager
def found_embedded(environment: dict[str, str]) -> Iterator[Engine]:
    """The embedded engine that was found, while nobody asked for it."""
    try:
        with find_engine(environment=environment) as engine:
            assert (engine.flavour, engine.found_by) == ("embedded", "fallback")
            yield engine
    finally:
        assert background.stop(background.Place.default(environment))


def test_lab_goes_on_without_an_engine_that_is_not_started_and_says_so(
    with_colima: dict[str, str],
) -> None:
    with found_embedded(with_colima) as engine:
        assert isinstance(engine.passed_over, EngineNotStarted)
        for language, words in {"en": "not running", "fr": "pas démarré"}.items():
            said = opening(engine, Translator(language))
            assert "Colima" in said
            assert words in said
            assert "`colima start`" in said
            assert "open_lab" not in said
            findings = list(Preflight(Translator(language))._of_engine(engine))
            assert ("note", True) in {(one.level, "colima start" in one.mend) for one in findings}


def test_engine_of_the_context_that_runs_is_taken(
    sockets: Path, with_colima: dict[str, str]
) -> None:
    with (
        serving(FakeApi(), sockets / COLIMA) as endpoint,
        find_engine(environment=with_colima) as engine,
    ):
        assert (engine.endpoint, engine.passed_over) == (endpoint, None)


@pytest.mark.parametrize(
    ("choice", "more"),
    [
        ("docker", {}),
        (None, {"REGNB_ENGINE": "docker"}),
        (None, {"DOCKER_CONTEXT": "colima"}),
        (None, {"DOCKER_HOST": "unix:///nowhere/.colima/docker.sock"}),
    ],
)
def test_engine_that_was_asked_for_and_is_not_started_is_told(
    with_colima: dict[str, str], choice: str | None, more: dict[str, str]
) -> None:
    with pytest.raises(EngineNotStarted) as caught:
        find_engine(choice, with_colima | more)
    told = str(Translator("en").tell(caught.value))
    assert "`colima start`" in told
    assert 'open_lab(engine="embedded")' in told


def test_windows_has_no_other_engine_to_go_on_with(
    with_colima: dict[str, str], sockets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(find, "installed_engine", partial(installed_engine, system="win32"))
    # There `shutil` asks Windows itself since Python 3.12.
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    for program in ("Docker/Docker Desktop.exe", "cli-plugins/docker-desktop.exe"):
        path = sockets / "programs/Docker" / program
        path.parent.mkdir(parents=True)
        path.touch()
    monkeypatch.setattr(find, "known_endpoints", lambda *_: iter(()))
    (sockets / "config/config.json").write_text("{}")
    with pytest.raises(EngineNotStarted) as caught:
        find_engine(environment=with_colima | {"ProgramFiles": str(sockets / "programs")})
    assert caught.value.command == "docker desktop start"
    assert "open_lab" not in str(Translator("en").tell(caught.value))


def test_lab_goes_on_without_an_engine_that_hangs(
    sockets: Path, with_colima: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        find, "_connect", lambda one: Engine.connect(one.endpoint, found_by=one.found_by, timeout=1)
    )
    path = sockets / COLIMA
    path.parent.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as hanging:
        hanging.bind(str(path))
        hanging.listen()
        with found_embedded(with_colima) as engine:
            assert isinstance(engine.passed_over, EngineNotReady)


def test_engine_that_fails_while_it_starts_is_told_as_such(
    sockets: Path, environment: dict[str, str]
) -> None:
    starting = FakeApi({"GET /version": Answer({"message": "starting"}, 503)})
    with (
        serving(starting, sockets / "here.sock") as endpoint,
        pytest.raises(EngineNotReady),
    ):
        find_engine(endpoint, environment)


def test_embedded_engine_that_docker_host_names_is_started(
    environment: dict[str, str], tmp_path: Path
) -> None:
    environment |= {"REGNB_HOME": str(tmp_path)}
    place = background.Place.default(environment)
    try:
        with find_engine(environment=environment | {"DOCKER_HOST": place.endpoint}) as engine:
            assert (engine.flavour, engine.found_by) == ("embedded", "environment")
    finally:
        assert background.stop(place)


def test_choice_that_is_unknown(environment: dict[str, str]) -> None:
    with pytest.raises(EngineUnreachable) as caught:
        find_engine("dokcer", environment)
    assert caught.value.subject == "dokcer"
