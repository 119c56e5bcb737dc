"""Settings from a config.yml of Distribution and from `REGISTRY_*` variables.

https://distribution.github.io/distribution/about/configuration/

The subset that the course uses is read, and the same file starts Distribution. Every other setting
is refused by its name: one that is ignored in silence is worse than none. A few are harmless here
and accepted (`IGNORED`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias, TypeVar

import yaml

from regnb.errors import InvalidConfiguration
from regnb.server.configuration import Config, Endpoint, Htpasswd, Tls, TokenAuth, UpstreamConfig

Settings: TypeAlias = dict[str, object]
T = TypeVar("T")

METRICS_PATH = "http.debug.prometheus.path"
# Settings whose value is a list or a map are one setting.
KNOWN = {
    "log.level": str,
    "log.accesslog.disabled": bool,
    "storage.filesystem.rootdirectory": str,
    "storage.inmemory": object,
    "storage.delete.enabled": bool,
    "storage.maintenance.readonly.enabled": bool,
    "http.addr": str,
    "http.net": str,
    "http.headers": dict,
    "http.tls.certificate": str,
    "http.tls.key": str,
    "http.tls.clientcas": list,
    "http.debug.addr": str,
    "http.debug.prometheus.enabled": bool,
    METRICS_PATH: str,
    "auth.htpasswd.realm": str,
    "auth.htpasswd.path": str,
    "auth.token.realm": str,
    "auth.token.service": str,
    "auth.token.issuer": str,
    "auth.token.rootcertbundle": str,
    "notifications.endpoints": list,
    "proxy.remoteurl": str,
    "proxy.username": str,
    "proxy.password": str,
}
IGNORED = (
    "version",
    "log.fields",
    "log.formatter",
    "storage.cache",
    "storage.redirect",
    "storage.filesystem.maxthreads",
    "storage.maintenance.uploadpurging",
    "http.secret",
    "http.relativeurls",
    "http.http2",
    "http.draintimeout",
    "auth.token.autoredirect",
    "health",
    "proxy.ttl",
)
# What Docker and Kubernetes set for a service that is called `registry`.
LINKS = re.compile(r"REGISTRY_(SERVICE_.*|PORT(_.*)?|NAME|ENV_.*)")
ENDPOINT = frozenset(
    {"name", "url", "headers", "timeout", "threshold", "backoff", "disabled", "ignoredmediatypes"}
    | {"ignore"}
)


def load_config(
    path: str | Path | None = None, environment: Mapping[str, str] = os.environ
) -> Config:
    """The settings of the file `path`, if any, and of `environment`, which overrides it.

    Raises InvalidConfiguration, which names the setting.
    """
    settings = dict(_flat(_document(path), "")) if path else {}
    for name, text in sorted(environment.items()):
        if name.startswith("REGISTRY_") and not LINKS.fullmatch(name):
            _override(settings, name, text)
    for name in settings:
        if name not in KNOWN and not _is_ignored(name):
            raise InvalidConfiguration(name, "it is not known to this registry")
    return _config_of(settings)


def _document(path: str | Path) -> object:
    try:
        document = yaml.safe_load(Path(path).read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = str(error).partition("\n")[0]
        raise InvalidConfiguration(str(path), f"it cannot be read ({reason})") from error
    return {} if document is None else document


def _flat(value: object, name: str) -> Iterator[tuple[str, object]]:
    if name in {"storage", "auth"} and isinstance(value, str):
        value = {value: {}}
    is_group = isinstance(value, dict) and KNOWN.get(name) is not dict and not _is_ignored(name)
    if isinstance(value, dict) and is_group and (value or not name):
        for key, item in value.items():
            yield from _flat(item, f"{name}.{key}".lstrip("."))
    elif not name:
        raise InvalidConfiguration("config.yml", "it is not a map of settings")
    elif name in {"auth.htpasswd", "auth.token"} and not value:
        yield f"{name}.realm", ""  # asked for: what it needs is demanded later
    elif name == "storage.inmemory" or value not in (None, {}):
        yield name, value


def _is_ignored(name: str) -> bool:
    return any(name == item or name.startswith(f"{item}.") for item in IGNORED)


def _override(settings: Settings, variable: str, text: str) -> None:
    if variable == "REGISTRY_CONFIGURATION_PATH":
        return
    name = variable.removeprefix("REGISTRY_").lower().replace("_", ".")
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InvalidConfiguration(variable, "its value is not YAML") from error
    if name in {"storage", "auth"}:
        for key, item in _flat(value, name):
            settings[key] = item or settings.get(key, item)
        return
    if KNOWN.get(name) is str and not isinstance(value, str):
        value = text
    whole, _, rest = name.rpartition(".")
    if rest.isdigit() and KNOWN.get(whole) is list:
        name, value = whole, [*_typed(settings, whole, list, []), value]
    if name not in KNOWN and not _is_ignored(name):
        raise InvalidConfiguration(variable, "it is not known to this registry")
    settings[name] = value


def _typed(settings: Mapping[str, object], name: str, kind: type[T], default: T) -> T:
    value = settings.get(name, default)
    if kind is str and isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, kind):
        raise InvalidConfiguration(name, f"`{value}` is not a {kind.__name__}")
    return value


def _config_of(settings: Settings) -> Config:
    def text(name: str, default: str = "") -> str:
        return _typed(settings, name, str, default)

    def flag(name: str) -> bool:
        return _typed(settings, name, bool, False)

    if text(METRICS_PATH, "/metrics") != "/metrics":
        raise InvalidConfiguration(METRICS_PATH, "it is always `/metrics` here")
    is_socket = text("http.net", "tcp") == "unix"
    address = text("http.addr", ":5000")
    return Config(
        address="" if is_socket else address,
        socket=address if is_socket else "",
        storage_directory=_directory(settings),
        delete_enabled=flag("storage.delete.enabled"),
        read_only=flag("storage.maintenance.readonly.enabled"),
        tls=_tls(settings),
        htpasswd=_htpasswd(settings),
        token=_token(settings),
        endpoints=tuple(_endpoints(settings)),
        upstream=_upstream(settings),
        headers=dict(_headers(_typed(settings, "http.headers", dict, {}), "http.headers")),
        log_level=text("log.level", "info"),
        access_log=not flag("log.accesslog.disabled"),
        debug_address=text("http.debug.addr"),
    )


def _directory(settings: Settings) -> str:
    if "storage.inmemory" in settings:
        return ""
    return _typed(settings, "storage.filesystem.rootdirectory", str, "/var/lib/registry")


def _group(settings: Settings, prefix: str, *required: str) -> list[str] | None:
    """Values of the settings under `prefix`, None without any; raises when one is missing."""
    if not any(name.startswith(prefix) and not _is_ignored(name) for name in settings):
        return None
    values = [_typed(settings, f"{prefix}{name}", str, "") for name in required]
    for name, value in zip(required, values, strict=True):
        if not value:
            raise InvalidConfiguration(f"{prefix}{name}", "it is missing")
    return values


def _tls(settings: Settings) -> Tls | None:
    values = _group(settings, "http.tls.", "certificate", "key")
    cas = _typed(settings, "http.tls.clientcas", list, [])
    return Tls(values[0], values[1], tuple(str(path) for path in cas)) if values else None


def _htpasswd(settings: Settings) -> Htpasswd | None:
    values = _group(settings, "auth.htpasswd.", "path", "realm")
    return Htpasswd(*values) if values else None


def _token(settings: Settings) -> TokenAuth | None:
    values = _group(settings, "auth.token.", "realm", "service", "issuer", "rootcertbundle")
    return TokenAuth(*values) if values else None


def _upstream(settings: Settings) -> UpstreamConfig | None:
    values = _group(settings, "proxy.", "remoteurl")
    if not values:
        return None
    username = _typed(settings, "proxy.username", str, "")
    return UpstreamConfig(values[0], username, _typed(settings, "proxy.password", str, ""))


def _endpoints(settings: Settings) -> Iterator[Endpoint]:
    for number, item in enumerate(_typed(settings, "notifications.endpoints", list, [])):
        name = f"notifications.endpoints[{number}]"
        if not isinstance(item, dict) or not item.get("url"):
            raise InvalidConfiguration(name, "it has no url")
        for key in item.keys() - ENDPOINT:
            raise InvalidConfiguration(f"{name}.{key}", "it is not known to this registry")
        if not item.get("disabled"):
            yield _endpoint(item, name)


def _endpoint(item: Mapping[str, object], name: str) -> Endpoint:
    ignore = _typed(item, "ignore", dict, {})
    media_types = [*_typed(item, "ignoredmediatypes", list, []), *ignore.get("mediatypes", [])]
    return Endpoint(
        name=str(item.get("name", item["url"])),
        url=str(item["url"]),
        headers=dict(_headers(_typed(item, "headers", dict, {}), f"{name}.headers")),
        timeout=seconds_of(item.get("timeout", "5s"), f"{name}.timeout"),
        threshold=_typed(item, "threshold", int, 3),
        backoff=seconds_of(item.get("backoff", "1s"), f"{name}.backoff"),
        ignored_media_types=frozenset(map(str, media_types)),
        ignored_actions=frozenset(map(str, ignore.get("actions", []))),
    )


def _headers(value: Mapping[object, object], name: str) -> Iterator[tuple[str, str]]:
    for key, items in value.items():
        if not isinstance(items, list):
            raise InvalidConfiguration(f"{name}.{key}", "its value is not a list")
        yield str(key), ", ".join(str(item) for item in items)


_UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ns|us|ms|s|m|h)", re.ASCII)


def seconds_of(value: object, setting: str) -> float:
    """The duration `value` in seconds; raises InvalidConfiguration that names `setting`."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value * 1e-9
    text = str(value)
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise InvalidConfiguration(setting, f"`{text}` is not a duration such as `5s`")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)
