from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from regnb.registry import RegistryClient, WsgiTransport
from tests.registry.apps import serve

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class OpenClient(Protocol):
    """Gives a client of an app; `options` are the client's."""

    def __call__(self, app: WSGIApplication, **options: Any) -> RegistryClient: ...


@pytest.fixture(params=["in-process", "socket"])
def open_client(request: pytest.FixtureRequest) -> Iterator[OpenClient]:
    """Clients of apps, by both transports; closed after the test."""
    with ExitStack() as stack:

        def open_one(app: WSGIApplication, **options: Any) -> RegistryClient:
            if request.param == "socket":
                client = RegistryClient(stack.enter_context(serve(app)), **options)
            else:
                transport = WsgiTransport(app)
                client = RegistryClient("http://localhost:5000", transport=transport, **options)
            return stack.enter_context(client)

        yield open_one
