from __future__ import annotations

import json
import queue
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from regnb.oci import Digest
from regnb.oci.media_types import OCI_MANIFEST
from regnb.server import Config, MemoryStorage, create_app
from regnb.server.configuration import Endpoint
from regnb.web.http_server import serving

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

from .samples import CONFIG, LAYER, push_image


class Listener:
    """A WSGI application that keeps what it is told; it can refuse at first."""

    def __init__(self) -> None:
        self.events: queue.Queue[dict[str, Any]] = queue.Queue()
        self.refusals = 0
        self.headers: dict[str, str] = {}

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        if self.refusals:
            self.refusals -= 1
            return Response(status=503)(environ, start)
        self.headers = dict(request.headers)
        for event in json.loads(request.get_data())["events"]:
            self.events.put(event)
        return Response()(environ, start)

    def take(self, number: int) -> list[dict[str, Any]]:
        return [self.events.get(timeout=60) for _ in range(number)]


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def url(listener: Listener) -> Iterator[str]:
    with serving(listener) as server:
        yield f"http://127.0.0.1:{server.port}/events"


def client_of(url: str, **settings: Any) -> Client:
    endpoint = Endpoint("here", url, **settings)
    return Client(create_app(MemoryStorage(), Config(endpoints=(endpoint,), delete_enabled=True)))


def summary(event: dict[str, Any]) -> tuple[str, str, str]:
    return event["action"], event["target"].get("digest", ""), event["target"].get("tag", "")


def test_each_step_is_told_in_order(listener: Listener, url: str) -> None:
    client = client_of(url)
    digest, _ = push_image(client)
    client.get("/v2/w3/manifests/1.0")
    client.head("/v2/w3/manifests/1.0")
    client.get(f"/v2/w3/blobs/{Digest.of(LAYER)}")
    client.post(f"/v2/other/blobs/uploads/?mount={Digest.of(LAYER)}&from=w3")
    client.delete("/v2/w3/manifests/1.0")
    client.delete(f"/v2/w3/manifests/{digest}")
    events = listener.take(8)
    assert [summary(event) for event in events] == [
        ("push", Digest.of(CONFIG), ""),
        ("push", Digest.of(LAYER), ""),
        ("push", digest, "1.0"),
        ("pull", digest, "1.0"),
        ("pull", Digest.of(LAYER), ""),
        ("mount", Digest.of(LAYER), ""),
        ("delete", "", "1.0"),
        ("delete", digest, ""),
    ]
    assert events[5]["target"]["fromRepository"] == "w3"


def test_event_has_the_fields_of_distribution(listener: Listener, url: str) -> None:
    client = client_of(url, headers={"Authorization": "Bearer x"})
    digest, content = push_image(client)
    event = listener.take(3)[2]
    assert event["target"] == {
        "mediaType": OCI_MANIFEST,
        "size": len(content),
        "length": len(content),
        "digest": digest,
        "repository": "w3",
        "url": f"http://localhost/v2/w3/manifests/{digest}",
        "tag": "1.0",
    }
    assert event["request"]["method"] == "PUT"
    assert {"id", "timestamp", "actor", "source"} <= event.keys()
    assert listener.headers["Authorization"] == "Bearer x"
    assert listener.headers["Content-Type"].startswith("application/vnd.docker.distribution.events")


def test_refused_event_is_sent_again(listener: Listener, url: str) -> None:
    listener.refusals = 4
    push_image(client_of(url, backoff=0.01))
    assert [event["action"] for event in listener.take(3)] == ["push"] * 3


def test_ignored_events_are_not_sent(listener: Listener, url: str) -> None:
    settings = {
        "ignored_actions": frozenset({"pull"}),
        "ignored_media_types": frozenset({"application/octet-stream"}),
    }
    client = client_of(url, **settings)
    push_image(client)
    client.get("/v2/w3/manifests/1.0")
    push_image(client, reference="2.0")
    assert [event["target"]["tag"] for event in listener.take(2)] == ["1.0", "2.0"]


def test_listener_that_is_gone_delays_nobody() -> None:
    client = client_of("http://127.0.0.1:9/", backoff=60)
    assert push_image(client)
