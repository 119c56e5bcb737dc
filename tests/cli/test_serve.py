"""An address that cannot be listened on is told with the mend, and nothing is promised before."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

import pytest

from regnb.cli.serve import told_of_address
from regnb.errors import AddressUnusable, PortTaken
from regnb.i18n import LANGUAGES, Translator
from regnb.server.configuration import Config
from tests.cli.commands import run

# The first is reserved for examples, so no machine has it: https://www.rfc-editor.org/rfc/rfc5737
ADDRESSES = {
    "192.0.2.1:5055": "elsewhere",
    "127.0.0.1": "no_port",
    "nothing.invalid:5055": "unknown",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", ADDRESSES)
def test_room_is_told_before_anything_is_promised(
    address: str, language: str, tmp_path: Path
) -> None:
    where = str(tmp_path / "images")
    saved = run("hub", "save", "--to", where, "nginx", language="en", REGNB_HUB="samples")
    assert saved.returncode == 0
    done = run("hub", "serve", where, "--address", address, language=language)
    assert (done.returncode, done.stdout) == (1, "")
    assert Translator(language)(f"address.{ADDRESSES[address]}.text") in done.stderr
    assert done.stderr.count("\n") == 2


def test_registry_open_to_the_network_is_refused_in_french() -> None:
    done = run("serve", "--address", "0.0.0.0:0", language="fr")
    assert done.returncode == 1
    assert Translator("fr")("address.open.text") in done.stderr
    assert "--open-to-network" in done.stderr


def test_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("serve", "--address", f"127.0.0.1:{taken.getsockname()[1]}", language="en")
    assert done.returncode == 1
    assert "--address" in done.stderr


@pytest.mark.parametrize("words", [["collect-garbage"], ["scrub"]])
def test_storage_that_is_not_there_is_told_and_not_made(words: list[str], tmp_path: Path) -> None:
    for folder in (tmp_path / "mistyped", tmp_path):
        done = run(*words, "--storage", str(folder), language="en")
        assert done.returncode == 1
        assert str(folder) in done.stderr
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("error", "kind", "why"),
    [
        (OSError(errno.EADDRINUSE, "x"), PortTaken, ""),
        (OSError("No socket -- [Errno 98] Address already in use"), PortTaken, ""),
        (OSError(errno.EACCES, "x"), AddressUnusable, "privileged"),
        (OSError("No socket -- [Errno 13] Permission denied"), AddressUnusable, "privileged"),
        (OSError("No socket -- [Errno -2] Name not known"), AddressUnusable, "unknown"),
        (OSError(errno.EADDRNOTAVAIL, "x"), AddressUnusable, "elsewhere"),
    ],
    ids=str,
)
def test_error_of_the_system_is_one_of_the_address(
    error: OSError, kind: type[Exception], why: str
) -> None:
    told = told_of_address(error, Config(address="127.0.0.1:5055"))
    assert type(told) is kind
    assert getattr(told, "why", "") == why
    if isinstance(told, PortTaken):
        assert told.subject == "5055"


def test_other_errors_are_told_as_they_are() -> None:
    assert str(told_of_address(OSError("It broke."), Config())) == "It broke."


def test_storage_is_also_that_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "repositories").mkdir()
    config = tmp_path / "config.yml"
    config.write_text(f"storage: {{filesystem: {{rootdirectory: '{tmp_path}'}}}}")
    good = Translator("en")("scrub.good")
    variable = {"REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY": str(tmp_path)}
    named = {"REGISTRY_CONFIGURATION_PATH": str(config)}
    assert run("scrub", "--config", str(config), language="en").stdout == f"{good}\n"
    assert run("scrub", language="en", **variable).stdout == f"{good}\n"
    assert run("scrub", language="en", **named).stdout == f"{good}\n"
    assert run("scrub", language="en").returncode == 2
