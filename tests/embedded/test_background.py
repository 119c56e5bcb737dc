from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import stat
import threading
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from regnb.content.locks import hold
from regnb.embedded import background
from regnb.embedded.background import Place
from regnb.embedded.daemon import LOOK_EVERY
from regnb.embedded.home import Home, default_home, default_socket
from regnb.errors import EmbeddedEngineFailed
from tests.embedded.running import client_of, kill, pid_of, wait_for
from tests.free_port import free_port


def run_registry(place: Place, **options: Any) -> str:
    """The address of a registry in a container of the engine, which is made with `options`."""
    client = client_of(place)
    client.images.pull("registry", tag="2")
    port = free_port()  # one that is still its own when it is started again
    container = client.containers.run(
        "registry:2", detach=True, ports={"5000/tcp": ("127.0.0.1", port)}, **options
    )
    container.reload()
    places = container.ports["5000/tcp"]
    client.close()
    assert places
    return f"http://127.0.0.1:{places[0]['HostPort']}"


def test_engine_is_for_its_user_alone(place: Place) -> None:
    assert background.start(place)
    assert stat.S_IMODE(place.socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.socket.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(place.home.root.stat().st_mode) == 0o700


def test_engine_is_started_once(place: Place) -> None:
    results: list[bool] = []
    threads = [
        threading.Thread(target=lambda: results.append(background.start(place))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count(True) == 1
    found = background.status(place)
    assert found is not None
    assert (found.containers, found.images) == (0, 0)


def test_signal_that_any_thread_gets_ends_the_engine_at_once(place: Place) -> None:
    background.start(place)
    pid = pid_of(place)
    threads = [int(path.name) for path in Path(f"/proc/{pid}/task").iterdir()]
    other = next(thread for thread in sorted(threads) if thread != pid)
    assert ctypes.CDLL(None).tgkill(pid, other, signal.SIGTERM) == 0
    wait_for(lambda: background.status(place) is None, seconds=LOOK_EVERY / 2)


def test_stopped_engine_takes_its_registry_along(place: Place) -> None:
    background.start(place)
    address = run_registry(place)
    urllib.request.urlopen(f"{address}/v2/").close()
    assert background.stop(place)
    assert background.status(place) is None
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"{address}/v2/")


def test_killed_engine_leaves_no_registry_and_knows_its_container_again(place: Place) -> None:
    background.start(place)
    address = run_registry(place)
    kill(place)
    wait_for(lambda: not _listens(address))
    assert background.start(place)  # past a stale socket and a stale lock file
    client = client_of(place)
    container = client.containers.list(all=True)[0]
    assert (container.status, container.attrs["State"]["ExitCode"]) == ("exited", 255)
    container.start()
    client.close()


@pytest.mark.parametrize("end", [kill, background.stop])
def test_container_that_is_to_run_always_runs_again_with_the_engine(
    place: Place, end: Callable[[Place], object]
) -> None:
    background.start(place)
    address = run_registry(place, restart_policy={"Name": "unless-stopped"})
    end(place)
    background.start(place)
    wait_for(lambda: _listens(address))


def test_stopped_engine_tells_what_ran_from_what_was_stopped_before(place: Place) -> None:
    background.start(place)
    run_registry(place, name="ran")
    run_registry(place, name="stopped")
    client = client_of(place)
    client.containers.get("stopped").stop()
    background.stop(place)
    background.start(place)
    codes = {one.name: one.attrs["State"]["ExitCode"] for one in client.containers.list(all=True)}
    assert codes == {"ran": 255, "stopped": 2}
    client.close()


def test_engine_whose_socket_was_removed_listens_again_and_lost_nothing(place: Place) -> None:
    background.start(place)
    address = run_registry(place)
    pid = pid_of(place)
    shutil.rmtree(place.socket.parent)
    assert not background.start(place)
    assert pid_of(place) == pid
    assert _listens(address)


def test_start_waits_for_an_engine_that_is_ending(place: Place) -> None:
    place.home.root.mkdir()
    lock = hold(place.home.lock)
    # An engine that were started meanwhile would find the lock, and end.
    ending = threading.Timer(2.0, lock.release)
    ending.start()
    assert background.start(place)
    ending.join()


def _listens(address: str) -> bool:
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def test_home_of_a_newer_version_is_refused_with_a_sentence(place: Place) -> None:
    place.home.root.mkdir()
    (place.home.root / "version").write_text("2\n")
    with pytest.raises(EmbeddedEngineFailed, match="written by a newer regnb"):
        background.start(place)


def test_home_that_cannot_be_made_is_told(place: Place, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    nowhere = replace(place, home=Home(tmp_path / "file" / "home"))
    with pytest.raises(EmbeddedEngineFailed, match="Not a directory"):
        background.start(nowhere)


def test_socket_that_cannot_be_made_is_told(place: Place, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedEngineFailed, match="File exists"):
        background.start(replace(place, socket=tmp_path / "file" / "engine.sock"))


def test_engine_rests_when_nobody_asks(place: Place) -> None:
    background.start(place, idle=0.3)
    wait_for(lambda: not place.socket.exists())
    assert background.status(place) is None


def test_stopping_what_does_not_run(place: Place) -> None:
    assert not background.stop(place)


def test_homes_are_apart_when_images_come_from_elsewhere(tmp_path: Path) -> None:
    environment = {"REGNB_HOME": str(tmp_path)}
    usual, samples = environment, environment | {"REGNB_HUB": "samples"}
    assert default_home(usual).root == tmp_path / "engine"
    assert default_home(samples).root == tmp_path / "engine-samples"
    assert default_socket(samples) == tmp_path / "engine-samples.sock"


@pytest.mark.parametrize("runtime", ["", "/no/such/folder"])
def test_socket_is_in_the_home_where_there_is_no_folder_for_it(runtime: str) -> None:
    environment = {"XDG_RUNTIME_DIR": runtime}
    assert default_socket(environment).parent == default_home(environment).root


def test_socket_is_where_the_system_keeps_them(tmp_path: Path) -> None:
    assert default_socket({"XDG_RUNTIME_DIR": str(tmp_path)}).parent == tmp_path / "regnb"


def test_socket_path_fits_the_system_however_deep_the_home() -> None:
    path = default_socket({"REGNB_HOME": "/" + "deep/" * 40})
    assert len(os.fsencode(path)) < 104
    assert path.parent.name.startswith("regnb-")
