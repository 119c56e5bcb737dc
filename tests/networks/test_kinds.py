"""Whatever keeps Docker Hub from being used, samples take its place, and say what it is."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from werkzeug.test import Client

from regnb.embedded.api.router import Api
from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.home import Home
from regnb.embedded.remote import hub_problems, pull_sources
from regnb.embedded.samples import SampleRegistry
from regnb.engine.engine import Engine
from regnb.engine.failures import failure
from regnb.engine.hub_probe import ask_hub
from regnb.errors import PullFailed, SampleNotFound
from regnb.errors.hub_reasons import HUB_HOST, Reason
from regnb.i18n import Translator
from regnb.oci import ImageManifest
from regnb.web.http_server import serving as serving_app
from tests.embedded.calls import error_in, pull, statuses
from tests.embedded.running import settle
from tests.networks.hubs import (
    AUTHORITY,
    FINE,
    NAMES,
    PAGE,
    TOKEN,
    VERSION,
    Authority,
    Talk,
    answer,
    by_path,
    dripping,
    saying,
    serving,
    waiting,
    wanting_token,
)

CDN = "production.cloudflare.docker.com"
LOGIN = "http://login.example/"


class Kind(NamedTuple):
    """A network: what its server says, and the reason that is told for it."""

    talk: Talk
    reason: str
    host: str = HUB_HOST
    who: str = ""


WANTS_TOKEN = saying(wanting_token("https://auth.docker.io/token"))


def reached(manifests: Talk, **others: Talk) -> Talk:
    """A Hub that is there, but for what it says of `manifests`."""
    return by_path(
        v2=WANTS_TOKEN, manifests=manifests, token=others.pop("token", saying(TOKEN)), **others
    )


KINDS = {
    "block page": Kind(saying(answer("403 Forbidden")), "forbidden", who="403"),
    "bad gateway": Kind(saying(answer("502 Bad Gateway")), "server_error", who="502"),
    "unavailable": Kind(saying(answer("503 Service Unavailable")), "server_error", who="503"),
    "timed out behind": Kind(saying(answer("504 Gateway Timeout")), "server_error", who="504"),
    "broken": Kind(saying(answer("500 Internal Server Error")), "server_error", who="500"),
    "page": Kind(saying(answer("200 OK")), "no_registry"),
    "missing page": Kind(saying(answer("404 Not Found")), "no_registry"),
    "log in first": Kind(
        saying(answer("511 Network Authentication Required")), "login_page", who=HUB_HOST
    ),
    "portal": Kind(
        by_path(
            v2=saying(answer("302 Found", PAGE, "Location: https://index.docker.io/login")),
            login=saying(answer("200 OK")),
        ),
        "login_page",
        who="index.docker.io",
    ),
    "no HTTP": Kind(saying(b"SSH-2.0-OpenSSH_9.2\r\n"), "no_registry"),
    "cut": Kind(saying(b""), "cut"),
    "cut in the body": Kind(saying(FINE[:-1]), "cut"),
    "hangs": Kind(waiting(), "timeout"),
    "hangs in the body": Kind(waiting(FINE[:-1]), "timeout"),
    "drips": Kind(dripping(FINE, 0.1), "timeout"),
    "token refused": Kind(
        reached(WANTS_TOKEN, token=saying(answer("403 Forbidden"))),
        "forbidden",
        "auth.docker.io",
        "403",
    ),
    "token server lost": Kind(
        reached(WANTS_TOKEN, token=saying(answer("404 Not Found"))),
        "no_registry",
        "auth.docker.io",
    ),
    "manifest is a page": Kind(reached(saying(answer("200 OK"))), "no_registry"),
    "token is a page": Kind(
        reached(WANTS_TOKEN, token=saying(answer("200 OK"))), "no_registry", "auth.docker.io"
    ),
    "manifest refused": Kind(
        by_path(v2=saying(FINE), manifests=saying(answer("403 Forbidden"))), "forbidden", who="403"
    ),
    "Hub is ill": Kind(
        by_path(
            v2=saying(FINE),
            manifests=saying(
                answer(
                    "503 Service Unavailable",
                    b'{"errors":[{"code":"UNAVAILABLE"}]}',
                    "Content-Type: application/json",
                )
            ),
        ),
        "server_error",
        who="503",
    ),
}


class Network(NamedTuple):
    """An engine, and the API to ask it by, whose Hub is the server that a test starts."""

    engine: EmbeddedEngine
    api: Client

    def lead_to(self, port: int, *, trusting: Authority | None, **settings: object) -> None:
        settle(self.engine, {f"{name}:443": f"127.0.0.1:{port}" for name in NAMES}, **settings)
        if trusting:
            folder = self.engine.home.certificates / HUB_HOST
            folder.mkdir(parents=True)
            (folder / "ca.crt").write_bytes(trusting.file.read_bytes())

    def told(self, image: str = "nginx") -> str:
        """What the pull of an image says of where it comes from."""
        return statuses(pull(self.api, image))[1]

    def looked_up(self, image: str = "alpine") -> str:
        """What the engine says of it to who asks without pulling."""
        return str((self.api.get(f"/distribution/{image}/json").json or {}).get("RegnbOrigin"))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    monkeypatch.setattr(pull_sources, "_HUB_TIMEOUT", 0.6)
    monkeypatch.setattr(hub_problems, "DECIDED_WITHIN", 1.0)
    engine = EmbeddedEngine(Home(tmp_path / "home"))
    engine.downloads._retry_after = 0
    yield Network(engine, Client(Api(engine)))
    engine.close()


def note(reason: Reason) -> str:
    return f"Not from Docker Hub ({reason}): this is a sample image of regnb"


@pytest.mark.parametrize("name", KINDS)
def test_samples_take_over_and_say_why(network: Network, authority: Authority, name: str) -> None:
    kind = KINDS[name]
    with serving(authority.context(), kind.talk) as port:
        network.lead_to(port, trusting=authority)
        assert network.told() == note(Reason(kind.reason, kind.host, kind.who))
    assert network.engine.images.find("nginx").source == "samples"


@pytest.mark.parametrize("name", KINDS)
def test_look_up_tells_the_same(network: Network, authority: Authority, name: str) -> None:
    kind = KINDS[name]
    with serving(authority.context(), kind.talk) as port:
        network.lead_to(port, trusting=authority)
        assert network.looked_up() == note(Reason(kind.reason, kind.host, kind.who))


@pytest.mark.parametrize(
    ("context", "reason"),
    [
        (lambda one: one.context(), Reason("untrusted", who=AUTHORITY)),
        (lambda one: one.context(expired=True), Reason("untrusted", who=AUTHORITY)),
        (lambda _: None, Reason("timeout")),
    ],
    ids=["untrusted", "untrusted and expired", "hangs in the handshake"],
)
def test_connection_that_is_not_secure(
    network: Network,
    authority: Authority,
    context: Callable[[Authority], None],
    reason: Reason,
) -> None:
    with serving(context(authority), saying(FINE)) as port:  # type: ignore[func-returns-value]
        network.lead_to(port, trusting=None)
        assert network.told() == note(reason)


@pytest.mark.parametrize(
    ("names", "expired", "kind"),
    [((), True, "out_of_date"), (("login.example",), False, "wrong_name")],
)
def test_certificate_of_a_known_authority(
    network: Network, authority: Authority, names: tuple[str, ...], expired: bool, kind: str
) -> None:
    with serving(authority.context(*names, expired=expired), saying(FINE)) as port:
        network.lead_to(port, trusting=authority)
        assert network.told() == note(Reason(kind))


def image_of_hub(blobs: Talk, layer: Talk | None = None) -> Talk:
    """A Hub with an image, whose blobs are on another host, as they are on the real one."""
    samples = SampleRegistry()
    top = samples.get_manifest("library/alpine", "latest")
    while not isinstance(top, ImageManifest):
        top = samples.get_manifest("library/alpine", top.manifests[0].digest)
    document = answer("200 OK", top.content, VERSION, f"Content-Type: {top.media_type}")
    elsewhere = [
        saying(answer("307 Temporary Redirect", b"", f"Location: https://{CDN}/cdn/{number}"))
        for number in range(2)
    ]

    def talk(connection: ssl.SSLSocket, line: str) -> None:
        if "/cdn/1" in line and layer:
            layer(connection, line)
        elif "/cdn/0" in line and layer:
            config = samples.get_blob("library/alpine", top.config.digest)
            connection.sendall(answer("200 OK", config, "Content-Type: application/octet-stream"))
        elif "/cdn/" in line:
            blobs(connection, line)
        elif "/blobs/" in line:
            elsewhere[top.config.digest not in line](connection, line)
        else:
            connection.sendall(document if "/manifests/" in line else FINE)

    return talk


@pytest.mark.parametrize(
    ("blobs", "reason"),
    [
        (saying(answer("403 Forbidden")), Reason("forbidden", CDN, "403")),
        (saying(answer("200 OK")), Reason("no_registry")),
        (saying(answer("502 Bad Gateway")), Reason("server_error", CDN, "502")),
        (waiting(), Reason("timeout", CDN)),
        (dripping(answer("200 OK", b"{}" * 200), 0.1), Reason("timeout")),
    ],
    ids=["refused", "page", "bad gateway", "hangs", "drips"],
)
@pytest.mark.parametrize("ask", [Network.told, Network.looked_up])
def test_host_of_the_blobs_alone_is_cut_off(
    network: Network,
    authority: Authority,
    ask: Callable[[Network], str],
    blobs: Talk,
    reason: Reason,
) -> None:
    with serving(authority.context(), image_of_hub(blobs)) as port:
        network.lead_to(port, trusting=authority)
        assert ask(network) == note(reason)


@pytest.mark.parametrize("ask", [Network.told, Network.looked_up])
@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (saying(answer("403 Forbidden")), Reason("forbidden", who="403")),
        (saying(answer("200 OK")), Reason("no_registry")),
        (saying(b""), Reason("cut")),
        (dripping(FINE, 0.1), Reason("timeout")),
    ],
    ids=["refused", "page", "cut", "drips"],
)
def test_hub_fails_after_the_index(
    network: Network,
    authority: Authority,
    ask: Callable[[Network], str],
    image: Talk,
    reason: Reason,
) -> None:
    top = SampleRegistry().get_manifest("library/alpine", "latest")
    index = saying(answer("200 OK", top.content, VERSION, f"Content-Type: {top.media_type}"))
    talk = by_path(v2=saying(FINE), **{"manifests/latest": index, "manifests/sha256": image})
    with serving(authority.context(), talk) as port:
        network.lead_to(port, trusting=authority)
        assert ask(network) == note(reason)


def test_layers_alone_are_cut_off(network: Network, authority: Authority) -> None:
    refused = saying(answer("403 Forbidden"))
    with serving(authority.context(), image_of_hub(refused, refused)) as port:
        network.lead_to(port, trusting=authority)
        content = pull(network.api, "nginx")
    assert error_in(content) == ""
    assert note(Reason("forbidden", CDN, "403")) in statuses(content)
    assert network.engine.images.find("nginx").source == "samples"


def test_what_the_hub_itself_says_is_believed(network: Network, authority: Authority) -> None:
    unknown = b'{"errors":[{"code":"MANIFEST_UNKNOWN"}]}'
    missing = saying(answer("404 Not Found", unknown, VERSION, "Content-Type: application/json"))
    with serving(authority.context(), by_path(v2=saying(FINE), manifests=missing)) as port:
        network.lead_to(port, trusting=authority)
        refused = network.api.post("/images/create?fromImage=nginx&tag=nope")
        also = network.api.post("/images/create?fromImage=nginx&tag=latest")
    assert (refused.status_code, also.status_code) == (404, 404)
    assert "manifest unknown" in also.text


def test_private_image_stays_private(network: Network, authority: Authority) -> None:
    with serving(authority.context(), reached(WANTS_TOKEN)) as port:
        network.lead_to(port, trusting=authority)
        refused = network.api.post("/images/create?fromImage=nginx&tag=latest")
    assert refused.status_code >= 400
    assert "authentication required" in refused.text


def test_other_registries_have_no_samples(network: Network, authority: Authority) -> None:
    with serving(authority.context(), saying(FINE)) as port:
        settle(network.engine, {"ghcr.io:443": f"127.0.0.1:{port}"})
        refused = network.api.post("/images/create?fromImage=ghcr.io/library/nginx&tag=latest")
    assert refused.status_code == 500
    assert "certificate signed by unknown authority" in refused.text


def test_what_failed_is_not_waited_for_again(
    network: Network, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def refuse(connection: ssl.SSLSocket, line: str) -> None:
        asked.append(line)
        connection.sendall(answer("403 Forbidden"))

    with serving(authority.context(), refuse) as port:
        network.lead_to(port, trusting=authority)
        assert network.told("nginx") == network.told("alpine")
        assert len(asked) == 1
        monkeypatch.setattr(pull_sources, "own_address", lambda: "198.51.100.7")
        network.told("alpine")
        assert len(asked) == 2
        monkeypatch.setattr(pull_sources, "_FORGET_AFTER", 0.0)
        network.told("alpine")
        assert len(asked) == 3


def test_image_without_a_sample_is_refused_with_the_cause(
    network: Network, authority: Authority
) -> None:
    with serving(authority.context(), saying(answer("403 Forbidden"))) as port:
        network.lead_to(port, trusting=authority)
        refused = network.api.post("/images/create?fromImage=redis&tag=7")
    message = str((refused.json or {})["message"])
    assert message.startswith("received unexpected HTTP status: 403 Forbidden (samples of regnb: ")
    error = failure(message, subject="redis:7", otherwise=PullFailed)
    assert isinstance(error, SampleNotFound)
    told = Translator("en").tell(error)
    assert "refuses access to `registry-1.docker.io` (status 403)" in told.text
    assert "nginx" in told.text


@pytest.mark.parametrize("talk", [waiting(), dripping(FINE, 0.2)], ids=["hangs", "drips"])
def test_decision_is_bound_in_time(network: Network, authority: Authority, talk: Talk) -> None:
    with serving(authority.context(), talk) as port:
        network.lead_to(port, trusting=authority)
        started = time.monotonic()
        network.told()
    assert time.monotonic() - started < 5


def test_asking_waits_for_an_engine_that_decides_by_itself(
    network: Network, authority: Authority
) -> None:
    hub_as_mirror = {"registry-mirrors": [f"https://{HUB_HOST}"]}
    with (
        serving(authority.context(), dripping(FINE, 0.2)) as port,
        serving_app(Api(network.engine)) as server,
        Engine.connect(f"tcp://localhost:{server.port}", found_by="choice") as engine,
    ):
        network.lead_to(port, trusting=authority, **hub_as_mirror)
        assert ask_hub(engine) == note(Reason("timeout"))
