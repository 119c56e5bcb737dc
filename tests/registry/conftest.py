from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from regnb.registry import RegistryClient, WsgiTransport
from tests.accelerators import accelerators
from tests.registry.apps import serve

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class OpenClient(Protocol):
    """Gives a client of an app; `options` are the client's."""

    def __call__(self, app: WSGIApplication, **options: Any) -> RegistryClient: ...


# How a client reads fast: by itself, or by what the extra `fast` installs.
FAST = {"fast reads": "compiled", "plain fast reads": "plain"}


@pytest.fixture(params=["in-process", "socket", *FAST])
def open_client(request: pytest.FixtureRequest) -> Iterator[OpenClient]:
    """Clients of apps, by each transport; closed after the test."""
    with ExitStack() as stack:

        def open_one(app: WSGIApplication, **options: Any) -> RegistryClient:
            if request.param == "in-process":
                transport = WsgiTransport(app)
                client = RegistryClient("http://localhost:5000", transport=transport, **options)
            else:
                client = RegistryClient(stack.enter_context(serve(app)), **options)
            stack.enter_context(client)
            if request.param not in FAST:
                return client
            stack.enter_context(accelerators(FAST[request.param]))
            return stack.enter_context(client.reading_fast())

        yield open_one
