"""Copies from a registry that fails now and then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from regnb.errors import RegistryFailed
from regnb.registry import RegistryClient, copying
from regnb.registry.wsgi_transport import WsgiTransport
from regnb.server import MemoryStorage, create_app
from tests.contract.images import push

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@dataclass
class Stumbling:
    """An app that answers 500 to the first `failures` reads of manifests."""

    app: WSGIApplication
    failures: int = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        is_read = environ["REQUEST_METHOD"] == "GET" and "/manifests/" in environ["PATH_INFO"]
        if is_read and self.failures:
            self.failures -= 1
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            start_response(f"{status.value} {status.phrase}", [])
            return []
        return self.app(environ, start_response)


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Stumbling:
    monkeypatch.setattr(copying, "_PAUSE", 0)
    return Stumbling(create_app(MemoryStorage()))


def test_manifest_is_asked_for_again_when_the_registry_fails(registry: Stumbling) -> None:
    client = RegistryClient("http://localhost:5000", transport=WsgiTransport(registry))
    digest = push(client, "w3")
    registry.failures = 3
    assert copying.RegistryRepository(client, "w3").manifest("1.0").digest == digest


def test_registry_that_goes_on_failing_is_left(registry: Stumbling) -> None:
    client = RegistryClient("http://localhost:5000", transport=WsgiTransport(registry))
    push(client, "w3")
    registry.failures = 4
    with pytest.raises(RegistryFailed):
        copying.RegistryRepository(client, "w3").manifest("1.0")
