"""What a TLS connection to a registry agrees on, and how it fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from regnb.errors import ConnectionLost, RegistryError, RegistryUnreachable, TLSFailed
from regnb.lab.authority import Certificates
from regnb.lab.handshake import shake_hands
from regnb.lab.ownership import Folder
from regnb.server import MemoryStorage, create_app
from regnb.web.http_server import serving
from tests.free_port import free_port
from tests.lab.conftest import server_context
from tests.servers import slow_to_start


@pytest.mark.parametrize(
    ("names", "host", "expired", "distrust"),
    [
        (["localhost"], "localhost", False, None),
        (["localhost"], "registry.lab", False, "wrong_name"),
        (["localhost"], "localhost", True, "expired"),
        ([], "server", False, "wrong_name"),  # in the CN alone
    ],
)
def test_handshake_tells_whether_it_is_trusted(
    certificates: Certificates,
    names: list[str],
    host: str,
    expired: bool,
    distrust: str | None,
) -> None:
    certificates.issue("server", names, role="server", expired=expired)
    with serving(create_app(MemoryStorage()), context=server_context(certificates)) as server:
        found = shake_hands(
            server.port, host=host, authority=certificates.authority_file, client=None
        )
    assert found.version == "TLSv1.3"
    assert found.distrust == distrust
    assert found.client == "not_asked"


def test_handshake_tells_what_becomes_of_client_certificates(
    certificates: Certificates, tmp_path: Path
) -> None:
    certificates.issue("server", ["localhost"], role="server")
    certificates.issue("client", [], role="client")
    strangers = Certificates(Folder(tmp_path / "others"))
    strangers.issue("client", [], role="client")
    pairs = {
        "missing": None,
        "taken": certificates.pair_of("client"),
        "refused": strangers.pair_of("client"),
    }
    context = server_context(certificates, clients=True)
    with serving(create_app(MemoryStorage()), context=context) as server:
        told = {
            expected: shake_hands(
                server.port, host="localhost", authority=certificates.authority_file, client=pair
            ).client
            for expected, pair in pairs.items()
        }
    assert told == {expected: expected for expected in pairs}


ENDLESS = 1_000_000


@pytest.mark.parametrize(
    ("reset", "kind"), [(True, ConnectionLost), (False, TLSFailed)], ids=["reset", "closed"]
)
def test_handshake_that_is_cut_is_told(reset: bool, kind: type[RegistryError]) -> None:
    with slow_to_start(0, cuts=ENDLESS, reset=reset) as port, pytest.raises(kind) as caught:
        shake_hands(port, host="localhost", authority=None, client=None)
    assert caught.value.url == f"https://localhost:{port}/v2/"


def test_handshake_with_nobody_is_told() -> None:
    with pytest.raises(RegistryUnreachable):
        shake_hands(free_port(), host="localhost", authority=None, client=None)


def test_handshake_with_a_server_without_tls_is_told() -> None:
    with (
        serving(create_app(MemoryStorage())) as server,
        pytest.raises(TLSFailed) as caught,
    ):
        shake_hands(server.port, host="localhost", authority=None, client=None)
    assert caught.value.reason == "plain_http"
