"""The proxies of the environment are taken by all that regnb asks, and never for this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from urllib.request import getproxies_environment

import pytest
from werkzeug.test import Client

from regnb.embedded.api.router import Api
from regnb.embedded.containers.registry_program import upstream_of
from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.home import Home
from regnb.errors import ProxyFailed, RegistryError
from regnb.errors.hub_reasons import HUB_HOST, Reason
from regnb.i18n import LANGUAGES, Translator
from regnb.outgoing import Proxy, pool_to, proxy_to, spare_loopback
from regnb.registry import RegistryClient, UrllibTransport
from regnb.registry.certificates import issuer_at
from regnb.server import Config, MemoryStorage, create_app
from regnb.server.configuration import UpstreamConfig
from regnb.web.http_server import serving as serving_app
from tests.accelerators import accelerators
from tests.embedded.calls import pull, statuses
from tests.free_port import free_port
from tests.networks.hubs import AUTHORITY, FINE, TOKEN, Authority, saying, serving, wanting_token
from tests.networks.proxies import LOGIN, proxy
from tests.registry.test_urllib_transport import OK, speaking
from tests.registry.test_urllib_transport import saying as answering

HOST = "registry.example"
USER, _, PASSWORD = LOGIN.partition(":")
WITH_LOGIN = f"{USER}:{quote(PASSWORD, safe='')}@"


@pytest.fixture(autouse=True)
def no_other_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        for one in (name, name.upper()):
            monkeypatch.delenv(one, raising=False)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def plain() -> Iterator[int]:
    """The port of a registry without TLS."""
    with serving_app(create_app(MemoryStorage())) as server:
        yield server.port


@pytest.fixture
def secure(authority: Authority) -> Iterator[int]:
    """The port of a registry with TLS."""
    with serving(authority.context(HOST), saying(FINE)) as port:
        yield port


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "ALL_PROXY"])
def test_plain_requests_go_by_the_proxy(
    plain: int, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with proxy({HOST: plain}) as office:
        monkeypatch.setenv(name, f"http://{office.address}")
        with RegistryClient(f"http://{HOST}:5000") as client:
            assert client.list_repositories() == []
            with client.reading_fast() as fast:
                assert fast.list_repositories() == []
            assert client.list_repositories() == []
        assert len(office.seen) >= 2


def test_connection_that_the_proxy_has_closed_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    with speaking(answering(OK, b"Content-Length: 2\r\n\r\n{}")) as url:
        monkeypatch.setenv("HTTP_PROXY", url)
        with RegistryClient(f"http://{HOST}") as client:
            assert [client.ping() for _ in range(3)] == ["registry/2.0"] * 3


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY", "ALL_PROXY"])
@pytest.mark.parametrize("scheme", ["http://", ""])
def test_tunnel_goes_through_the_proxy(
    secure: int, authority: Authority, monkeypatch: pytest.MonkeyPatch, name: str, scheme: str
) -> None:
    with proxy({HOST: secure}, login=LOGIN) as office:
        monkeypatch.setenv(name, f"{scheme}{WITH_LOGIN}{office.address}")
        transport = UrllibTransport(ca_file=authority.file)
        with RegistryClient(f"https://{HOST}", transport=transport) as client:
            assert client.ping() == "registry/2.0"
        assert [line.rpartition(" ")[0] for line in office.seen] == [f"CONNECT {HOST}:443"]


@pytest.mark.parametrize(
    ("scheme", "login", "refusal", "kind"),
    [
        ("http", LOGIN, "", "proxy_login"),
        ("https", LOGIN, "", "proxy_login"),
        ("https", "", "403 Forbidden", "proxy_refuses"),
        ("https", "", "502 Bad Gateway", "proxy_fails"),
    ],
)
def test_proxy_that_refuses_is_named_without_the_password(
    monkeypatch: pytest.MonkeyPatch, scheme: str, login: str, refusal: str, kind: str
) -> None:
    with proxy({}, login=login, refusal=refusal) as office:
        monkeypatch.setenv(f"{scheme}_proxy", f"http://someone:wrongword@{office.address}")
        with RegistryClient(f"{scheme}://{HOST}") as client, pytest.raises(ProxyFailed) as caught:
            client.ping()
    error = caught.value
    assert error.reason == Reason(kind, HOST, office.address)
    told = [str(error), *(str(Translator(language).tell(error)) for language in LANGUAGES)]
    assert all(office.address in text and "wrongword" not in text for text in told)


@pytest.mark.parametrize("address", ["127.0.0.1:{}", "socks5://127.0.0.1:{}"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_proxy_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, address: str, scheme: str
) -> None:
    port = free_port()
    monkeypatch.setenv("ALL_PROXY", address.format(port))
    with RegistryClient(f"{scheme}://{HOST}") as client, pytest.raises(ProxyFailed) as caught:
        client.ping()
    assert caught.value.reason == Reason("proxy_silent", HOST, f"127.0.0.1:{port}")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "[::1]", "a.localhost"])
def test_this_machine_is_never_asked_by_a_proxy(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://192.0.2.1:3128")
    assert proxy_to(f"http://{host}:5000/v2/") is None
    assert proxy_to("https://example.org/") == Proxy("http://192.0.2.1:3128")


@pytest.mark.parametrize(
    ("no_proxy", "direct"),
    [
        ("example.org", True),
        (".example.org", True),
        ("hub.example.org", True),
        ("hub.example.org:5000", True),
        ("hub.example.org:5001", False),
        ("example.com, *", False),
        ("*", True),
        ("example.com,other.org", False),
    ],
)
def test_no_proxy_names_hosts(monkeypatch: pytest.MonkeyPatch, no_proxy: str, direct: bool) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://192.0.2.1:3128")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert (proxy_to("https://hub.example.org:5000/v2/") is None) is direct


@pytest.mark.parametrize(("network", "direct"), [("10.0.0.0/8", True), ("10.1.0.0/16", False)])
def test_no_proxy_names_networks(
    monkeypatch: pytest.MonkeyPatch, network: str, direct: bool
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://192.0.2.1:3128")
    monkeypatch.setenv("NO_PROXY", network)
    assert (proxy_to("http://10.9.8.7:5000/v2/") is None) is direct


def test_other_programs_of_a_lab_reach_this_machine(
    plain: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("NO_PROXY", "intranet.example")
    monkeypatch.setenv("no_proxy", "intranet.example")
    code = f"import urllib.request as r; print(r.urlopen('http://127.0.0.1:{plain}/v2/').status)"
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 1
    spare_loopback()
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.stdout == "200\n"
    assert os.environ["NO_PROXY"].startswith("intranet.example,localhost,")
    before = os.environ["NO_PROXY"]
    spare_loopback()
    assert os.environ["NO_PROXY"] == before


def test_settings_of_the_system_stay_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    """`NO_PROXY` alone would hide them: on macOS and Windows the environment comes first."""
    system = {"http": "http://192.0.2.1:3128"}
    monkeypatch.setattr("regnb.outgoing.getproxies", lambda: getproxies_environment() or system)
    before = dict(os.environ)
    with monkeypatch.context() as patch:
        patch.setenv("NO_PROXY", "")
        patch.setenv("no_proxy", "")
        spare_loopback()
        assert proxy_to("http://example.org/") == Proxy(system["http"])
        assert proxy_to("http://localhost:5000/") is None
    assert dict(os.environ) == before


@pytest.mark.parametrize("scheme", ["http://", ""])
@pytest.mark.parametrize("sign", ["#", "/", "?", "@", ":", "://", "[", "%", "é", "€", "\udce9"])
def test_login_may_hold_any_sign_and_is_never_shown(
    plain: int, monkeypatch: pytest.MonkeyPatch, scheme: str, sign: str
) -> None:
    login = f"me:pa{sign}ss"
    with proxy({HOST: plain}, login=login) as office:
        monkeypatch.setenv("HTTP_PROXY", f"{scheme}{login}@{office.address}/")
        found = proxy_to(f"http://{HOST}/")
        assert found is not None
        assert (found.url, found.name) == (f"http://{office.address}", office.address)
        assert "ss" not in repr(found)
        with RegistryClient(f"http://{HOST}") as client:
            assert client.ping() == "registry/2.0"


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://me:secret@[proxy:3128", "[proxy:3128"),
        ("http://proxy:silly", "proxy:silly"),
        ("http://me:secret@:3128", ":3128"),
        ("http://", "http://"),
    ],
)
def test_address_that_is_none_is_named(
    monkeypatch: pytest.MonkeyPatch, scheme: str, address: str, shown: str
) -> None:
    monkeypatch.setenv(f"{scheme}_proxy", address)
    url = f"{scheme}://{HOST}"
    with RegistryClient(url) as client, pytest.raises(ProxyFailed) as caught:
        client.ping()
    assert caught.value.reason == Reason("proxy_silent", HOST, shown)
    with pytest.raises(ProxyFailed) as caught:
        pool_to(url, retries=False)
    assert caught.value.reason == Reason("proxy_silent", HOST, shown)
    assert issuer_at(url, timeout=5) == ""


@pytest.mark.parametrize("kind", ["compiled", "plain"])
def test_fast_reads_of_this_machine_stay_fast(
    plain: int, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://192.0.2.1:3128")
    with (
        accelerators(kind),
        RegistryClient(f"http://localhost:{plain}") as client,
        client.reading_fast() as fast,
    ):
        assert (fast is client) is (kind == "plain")
        assert fast.list_repositories() == []


@pytest.mark.parametrize("kind", ["compiled", "plain"])
def test_fast_reads_go_by_the_proxy(plain: int, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    with proxy({HOST: plain}, login=LOGIN) as office, accelerators(kind):
        monkeypatch.setenv("HTTP_PROXY", f"http://{WITH_LOGIN}{office.address}")
        with RegistryClient(f"http://{HOST}") as client, client.reading_fast() as fast:
            assert fast.list_repositories() == []
        assert office.seen


def test_cache_asks_its_upstream_by_the_proxy(
    secure: int, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.file))
    with proxy({HOST: secure}, login=LOGIN) as office:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{WITH_LOGIN}{office.address}")
        client = upstream_of(Config(upstream=UpstreamConfig(f"https://{HOST}")))
        assert client is not None
        client.ping()


def test_cache_asks_for_its_token_the_way_that_leads_there(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The upstream is plain and direct, what gives the tokens is neither."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.file))
    answers = iter((wanting_token(f"https://{HOST}/token"), FINE))
    with (
        serving(authority.context(HOST), saying(TOKEN)) as tokens,
        speaking(lambda connection: connection.sendall(next(answers))) as upstream,
        proxy({HOST: tokens}) as office,
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"http://{office.address}")
        client = upstream_of(Config(upstream=UpstreamConfig(upstream)))
        assert client is not None
        client.ping()
        assert [line.rpartition(" ")[0] for line in office.seen] == [f"CONNECT {HOST}:443"]


@pytest.mark.parametrize(
    ("login", "refusal", "kind"),
    [
        (LOGIN, "", "proxy_login"),
        ("", "403 Forbidden", "proxy_refuses"),
        ("", "503 Service Unavailable", "proxy_fails"),
    ],
)
def test_samples_take_over_from_a_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, login: str, refusal: str, kind: str
) -> None:
    with proxy({}, login=login, refusal=refusal) as office:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{office.address}")
        engine = EmbeddedEngine(Home(tmp_path / "home"))
        told = statuses(pull(Client(Api(engine)), "nginx"))[1]
        engine.close()
    assert f"({Reason(kind, HUB_HOST, office.address)})" in told


def test_issuer_is_seen_through_the_proxy(
    tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        serving(authority.context(), saying(FINE)) as port,
        proxy({HUB_HOST: port}, login=LOGIN) as office,
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"http://{WITH_LOGIN}{office.address}")
        engine = EmbeddedEngine(Home(tmp_path / "home"))
        told = statuses(pull(Client(Api(engine)), "nginx"))[1]
        engine.close()
    assert f"({Reason('untrusted', HUB_HOST, AUTHORITY)})" in told


def test_client_says_so_when_nothing_answers_behind_the_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with proxy({HOST: free_port()}) as office:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{office.address}")
        with RegistryClient(f"https://{HOST}") as client, pytest.raises(RegistryError):
            client.ping()


def test_nobody_has_signed_what_is_no_http(monkeypatch: pytest.MonkeyPatch) -> None:
    with speaking(answering(b"SSH-2.0-OpenSSH_9.6\r\n")) as url:
        monkeypatch.setenv("HTTPS_PROXY", url)
        assert issuer_at(f"https://{HOST}", timeout=5) == ""
