"""Requests that leave this machine: the proxy to take, and the authorities to trust.

Both are what the environment says to other programs: `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and
`NO_PROXY`, `SSL_CERT_FILE`, `SSL_CERT_DIR`, `REQUESTS_CA_BUNDLE` and `CURL_CA_BUNDLE`.
"""

from __future__ import annotations

import ipaddress
import os
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, getproxies_environment

from urllib3 import PoolManager, ProxyManager, Retry, make_headers
from urllib3.exceptions import LocationValueError
from urllib3.util import parse_url

from regnb.errors import CertificateUnreadable, ProxyFailed

LOOPBACK = ("localhost", "127.0.0.1", "::1")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")
_PLACE = re.compile(r"(?:\[([^]]*)\]|([^:]*))(?::[0-9]*)?", re.ASCII)
_SCHEMES = frozenset(("http", "https", "all"))
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
# What OpenSSL reads by itself, and what other libraries read.
_OF_OPENSSL = ("SSL_CERT_FILE", "SSL_CERT_DIR")
_OF_LIBRARIES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")

# The environment of a program that is to go the same ways.
VARIABLES = (*_PROXIES, *map(str.upper, _PROXIES), *_OF_OPENSSL, *_OF_LIBRARIES)


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy: its URL without the login, the login as a header, and `name` to be shown."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """Host and port, as the environment gives them."""
        return self.url.partition("://")[2] or self.url

    def failure(self, status: int = 0) -> str:
        """The sentence that it has answered `status`, or has not answered when that is 0."""
        said = f"answered {status}" if status else "does not answer"
        return f"The proxy {self.name} {said}."

    def pool(self, **options: object) -> PoolManager:
        """Connections by this proxy; raises ValueError for one that is no HTTP proxy."""
        if not parse_url(self.url).host:
            raise LocationValueError(self.url)  # urllib3 would ask this machine
        return ProxyManager(self.url, proxy_headers=self.headers, **options)  # type: ignore[arg-type]


def is_loopback(place: str) -> bool:
    """Whether `place` is this machine whatever the network says.

    It is a host as it stands in a URL or by itself, with or without a port: `localhost:5000`,
    `[::1]:5000`, `::1`. Names that end in `.localhost` are this machine, too:
    https://www.rfc-editor.org/rfc/rfc6761#section-6.3
    """
    host = _host_of(place).rstrip(".").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host_of(place: str) -> str:
    """`place` without its port, and without the brackets that an IPv6 address has beside one."""
    match = _PLACE.fullmatch(place)
    return match[1] or match[2] if match else place


def _usable(proxies: Mapping[str, str]) -> dict[str, str]:
    """URLs by scheme, or by `all`."""
    return {scheme: url for scheme, url in proxies.items() if scheme in _SCHEMES and url}


def proxy_to(url: str) -> Proxy | None:
    """The proxy on the way to `url`, which the environment names, or else the system.

    None for the direct way, which loopback always has.
    """
    named = _usable(getproxies())
    if not named or is_loopback(urlsplit(url).netloc.rpartition("@")[2]):
        return None
    from requests import utils  # noqa: PLC0415 - loads much, and most machines have no proxy

    found = None if utils.should_bypass_proxies(url, None) else utils.select_proxy(url, named)
    return _proxy(found) if found else None


def _proxy(url: str) -> Proxy:
    """What is at `url`, whose login may hold signs that should have been escaped."""
    scheme = _SCHEME.match(url)
    login, _, place = url[scheme.end() if scheme else 0 :].rpartition("@")
    user, _, password = map(unquote, login.partition(":"))
    # UTF-8, which urllib3 cannot be told: https://www.rfc-editor.org/rfc/rfc7617#section-2.1
    encoded = f"{user}:{password}".encode(errors="surrogateescape").decode("latin-1")
    headers = make_headers(proxy_basic_auth=encoded) if user else {}
    host_and_port = re.split(r"[/?#]", place)[0]
    return Proxy(f"{scheme[0] if scheme else 'http://'}{host_and_port}", headers)


def spare_loopback() -> None:
    """Let no program of this process, nor those that it starts, ask this machine by a proxy.

    urllib, requests and curl do unless `NO_PROXY` says otherwise, and no proxy can reach it. When
    the environment names no proxy, it says nothing: on macOS and Windows, `NO_PROXY` alone would
    hide the settings of the system.
    """
    if not _usable(getproxies_environment()):
        return
    known = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    hosts = [host.strip() for host in known.split(",") if host.strip()]
    missing = [host for host in LOOPBACK if host not in hosts and "*" not in hosts]
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(hosts + missing)


def trusting_context() -> ssl.SSLContext:
    """What trusts the authorities of the system and of the environment.

    Raises CertificateUnreadable for a file that the environment names and that cannot be used.
    """
    _check_paths_of_openssl()
    context = ssl.create_default_context()
    # Since Python 3.13 it wants of authorities what those of companies often lack; engines do not.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    given = {os.environ.get(name) for name in _OF_OPENSSL}
    for path in {os.environ.get(name) for name in _OF_LIBRARIES} - given:
        if path:
            _trust(context, path)
    return context


def _check_paths_of_openssl() -> None:
    """OpenSSL itself says nothing, and then trusts nobody."""
    file, folders = (os.environ.get(name) for name in _OF_OPENSSL)
    if file:
        if not Path(file).exists():
            raise CertificateUnreadable(file)
    elif folders and not any(one and Path(one).is_dir() for one in folders.split(os.pathsep)):
        raise CertificateUnreadable(folders)


def _trust(context: ssl.SSLContext, path: str) -> None:
    try:
        if Path(path).is_dir():
            context.load_verify_locations(capath=path)
        else:
            context.load_verify_locations(cafile=path)
    except OSError as error:
        raise CertificateUnreadable(path) from error


def pool_to(url: str, *, retries: Retry | bool) -> PoolManager:
    """Connections to `url`, by its proxy and with the authorities of the environment.

    Raises ProxyFailed for a proxy that is none, and as trusting_context.
    """
    context = trusting_context() if urlsplit(url).scheme == "https" else None
    proxy = proxy_to(url)
    if proxy is None:
        return PoolManager(ssl_context=context, retries=retries)
    try:
        return proxy.pool(ssl_context=context, retries=retries)
    except ValueError as error:
        raise ProxyFailed(proxy.failure(), proxy=proxy.name, url=url) from error
