"""The engine itself in the API: what it has, what happens, and what it asks registries."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlsplit

from werkzeug.wrappers import Response

import regnb
from regnb.embedded.api.call import (
    LOGIN,
    Call,
    answer,
    check_shape,
    rule,
    stream,
)
from regnb.embedded.api.container_json import listed
from regnb.embedded.api.container_routes import sizes
from regnb.embedded.api.filters import Filters
from regnb.embedded.api.image_routes import summary
from regnb.embedded.api.timestamps import timestamp
from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.engine_events import Event
from regnb.embedded.home import HUB_LABEL
from regnb.embedded.refusal import Refusal, bad_request
from regnb.embedded.remote.docker_messages import registry_refusal
from regnb.embedded.remote.pull_sources import PullSource
from regnb.errors import InvalidReference, RegistryError, Unauthorized
from regnb.oci import Descriptor, ImageConfig, ImageManifest, ImageReference, Manifest, Platform
from regnb.oci.reference import DOCKER_HUB
from regnb.registry import Credentials

# Those of Docker 28.5.
API_VERSION, MIN_API_VERSION = (1, 51), (1, 24)
_API, _MIN_API = (".".join(map(str, version)) for version in (API_VERSION, MIN_API_VERSION))
ENGINE_NAME = "regnb's embedded engine"
_ACTORS = (
    *("config", "container", "daemon", "network", "node", "plugin", "secret", "service", "volume"),
)
_EVENT_FILTERS = (*_ACTORS, "event", "image", "label", "scope", "type")
_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?")
_HUB_ADDRESSES = frozenset({"", "https://index.docker.io/v1/", "index.docker.io", DOCKER_HUB})


def add_headers(response: Response) -> None:
    """The headers that every answer has."""
    response.headers["Api-Version"] = _API
    response.headers["Docker-Experimental"] = "false"
    response.headers["Ostype"] = "linux"
    response.headers["Server"] = f"regnb/{regnb.__version__} (linux)"


def ping(call: Call) -> Response:
    """A sign of life."""
    response = Response("OK", content_type="text/plain; charset=utf-8")
    response.headers["Builder-Version"] = "1"
    response.headers["Cache-Control"] = "no-cache, no-store, must-revalidate"
    response.headers["Pragma"] = "no-cache"
    if call.request.method == "HEAD":
        response.headers["Content-Length"] = "0"
    return response


def version(call: Call) -> Response:
    """https://docs.docker.com/reference/api/engine/version/v1.51/#tag/System/operation/SystemVersion."""
    common = {
        "ApiVersion": _API,
        "MinAPIVersion": _MIN_API,
        "GitCommit": "",
        "GoVersion": f"Python {platform.python_version()}",
        "Os": "linux",
        "Arch": call.engine.platform.architecture,
        "KernelVersion": platform.release(),
        "BuildTime": "",
    }
    component = {"Name": "Engine", "Version": regnb.__version__, "Details": common}
    return answer(
        {
            "Platform": {"Name": ENGINE_NAME},
            "Components": [component],
            "Version": regnb.__version__,
            **common,
        }
    )


def info(call: Call) -> Response:
    """What the engine has, and how it is set."""
    containers = call.engine.containers.all()
    running = sum(container.state.running for container in containers)
    settings = call.engine.settings()
    insecure = [text for text in settings.insecure_registries if "/" in text]
    hosts = [text for text in settings.insecure_registries if "/" not in text]
    indexes = {
        host: {"Name": host, "Mirrors": [], "Secure": False, "Official": False} for host in hosts
    }
    mirrors = list(settings.registry_mirrors)
    hub = {"Name": "docker.io", "Mirrors": mirrors, "Secure": True, "Official": True}
    return answer(
        {
            "ID": call.engine.home.root.name,
            "Containers": len(containers),
            "ContainersRunning": running,
            "ContainersPaused": 0,
            "ContainersStopped": len(containers) - running,
            "Images": len(call.engine.images.images()),
            "Driver": "oci-layout",
            "DriverStatus": [],
            "Plugins": {"Volume": ["local"], "Network": ["bridge"], "Log": ["json-file"]},
            "SystemTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "LoggingDriver": "json-file",
            "KernelVersion": platform.release(),
            "OperatingSystem": platform.platform(),
            "OSType": "linux",
            "Architecture": platform.machine(),
            "IndexServerAddress": "https://index.docker.io/v1/",
            "RegistryConfig": {
                "InsecureRegistryCIDRs": ["127.0.0.0/8", *insecure],
                "IndexConfigs": {"docker.io": hub, **indexes},
                "Mirrors": mirrors,
            },
            "NCPU": os.cpu_count() or 1,
            "MemTotal": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
            "DockerRootDir": str(call.engine.home.root),
            "Name": platform.node(),
            "Labels": [f"{HUB_LABEL}{call.engine.hub}"] if call.engine.hub else [],
            "ServerVersion": regnb.__version__,
            "Swarm": {"LocalNodeState": "inactive", "ControlAvailable": False},
            "LiveRestoreEnabled": False,
            "Warnings": None,
        }
    )


def disk_usage(call: Call) -> Response:
    """What takes how much room."""
    images, containers = call.engine.images.images(), call.engine.containers.all()
    layers = {layer.digest: layer for image in images for layer in image.manifest.layers}
    users = [container.image_id for container in containers]
    rows = [{**listed(one), **sizes(call, one.image_id)} for one in containers]
    volumes = [
        volume.to_json()
        | {
            "UsageData": {
                "Size": volume.size(),
                "RefCount": len(call.engine.containers.users_of(volume.name)),
            }
        }
        for volume in call.engine.volumes.all()
    ]
    return answer(
        {
            "LayersSize": sum(call.engine.sizes.size(layer) for layer in layers.values()),
            "Images": [
                summary(call, one, one.references, containers=users.count(one.image_id))
                for one in images
            ],
            "Containers": rows,
            "Volumes": volumes,
            "BuildCache": [],
            "BuilderSize": 0,
        }
    )


def log_in(call: Call) -> Response:
    """Try a user and a password at a registry."""
    fields = call.body()
    check_shape(fields, LOGIN)
    user, password, identity, host = (
        fields.get(name) or ""
        for name in ("username", "password", "identitytoken", "serveraddress")
    )
    _try_credentials(call.engine, host, Credentials(user, password, identity))
    return answer({"IdentityToken": "", "Status": "Login Succeeded"})


def distribution(call: Call, name: str) -> Response:
    """What a registry has under a name, without pulling it."""
    return answer(_look_up(call.engine, name))


def listen(call: Call) -> Response:
    """https://docs.docker.com/reference/api/engine/version/v1.51/#tag/System/operation/SystemEvents."""
    filters = call.filters(*_EVENT_FILTERS)
    since, until = (
        timestamp(text) if text else None for text in (call.text("since"), call.text("until"))
    )
    heard = call.engine.events.listen(since, until, call.engine.heartbeat)
    # A first sign of life at once: clients wait for the headers before they do anything else.
    return stream(_wanted_events(heard, filters))


def _wanted_events(events: Iterator[Event | None], filters: Filters) -> Iterator[Event | None]:
    yield None
    for event in events:
        if event is None or _event_fits(event, filters):
            yield event


def _event_fits(event: Event, filters: Filters) -> bool:
    actor = event["Actor"]
    subject, attributes = str(actor["ID"]), actor["Attributes"]
    return (
        all(filters.is_one_of(key.lower(), str(event[key])) for key in ("Type", "scope"))
        and filters.is_one_of("event", str(event["Action"]))
        and all(filters.begins(noun, subject, attributes.get("name", "")) for noun in _ACTORS)
        and any(filters.is_one_of("image", name) for name in _image_names(event))
        and filters.has_labels(attributes)
    )


def _image_names(event: Event) -> set[str]:
    """What the image of `event` is called: its name, with and without a tag, and its ID."""
    actor = event["Actor"]
    key = "name" if event["Type"] == "image" else "image"
    names = {str(actor["ID"]), actor["Attributes"].get(key, "")}
    return names | {name.rpartition("@")[0] or name.rpartition(":")[0] for name in names}


def _try_credentials(engine: EmbeddedEngine, address: str, credentials: Credentials) -> None:
    """Return when the registry takes the credentials; raises Refusal (401, 500)."""
    host = (address.partition("://")[2] or address).partition("/")[0]
    if address in _HUB_ADDRESSES:
        host = engine.places.host
    if not _HOST.fullmatch(host):
        raise bad_request(f"`{address}` is no address of a registry.")
    try:
        with engine.registries.open(host, credentials) as client:
            client.ping()
    except Unauthorized as error:
        raise Refusal(401, _login_message(error, host)) from error
    except RegistryError as error:
        raise registry_refusal(error) from error


def _login_message(error: Unauthorized, host: str) -> str:
    """As moby tells it: it shows the password to the registry itself, or to its token server.

    https://github.com/moby/moby/blob/v28.5.2/registry/auth.go
    """
    scheme = urlsplit(error.url).scheme
    if urlsplit(error.url).netloc == host:
        url = f"{scheme}://{host}/v2/"
        return f"login attempt to {url} failed with status: 401 Unauthorized"
    return f'Get "{scheme}://{host}/v2/": unauthorized: incorrect username or password'


def _look_up(engine: EmbeddedEngine, name: str) -> dict[str, object]:
    """Descriptor and platforms of `name` in its registry, as the API shows them.

    `RegnbOrigin` is there when it is not from where its name says. Raises Refusal (400, 404, 500).
    """
    try:
        reference = ImageReference.parse(name)
    except InvalidReference as error:
        raise bad_request(str(error)) from error
    return engine.pull_sources.ask(
        reference, None, lambda source: _found_at(source, reference, engine.platform)
    )


def _found_at(
    source: PullSource, reference: ImageReference, platform: Platform
) -> dict[str, object]:
    top = source.get_top(reference.reference)
    platforms = source.ask(partial(_platforms, source, top, platform))
    told: dict[str, object] = {"RegnbOrigin": source.note} if source.note else {}
    shown = [one.to_json() for one in platforms]
    return {"Descriptor": _descriptor(top), "Platforms": shown, **told}


def _platforms(source: PullSource, top: Manifest, platform: Platform) -> list[Platform]:
    """The platforms of `top`; all is asked for that a pull for `platform` needs before layers."""
    if isinstance(top, ImageManifest):
        return [ImageConfig.parse(_config(source, top)).platform]
    entry = top.image_for(platform)
    image = source.client.get_manifest(source.repository, entry.digest) if entry else None
    if isinstance(image, ImageManifest):
        _config(source, image)
    return [one.platform for one in top.manifests if one.platform]


def _config(source: PullSource, image: ImageManifest) -> bytes:
    return source.client.get_blob(source.repository, image.config.digest)


def _descriptor(top: Manifest) -> dict[str, object]:
    found = Descriptor(top.media_type, top.digest, len(top.content))
    return found.to_json()


RULES = [
    rule("HEAD", "/_ping", ping),
    rule("GET", "/_ping", ping),
    rule("GET", "/version", version),
    rule("GET", "/info", info),
    rule("GET", "/system/df", disk_usage),
    rule("POST", "/auth", log_in),
    rule("GET", "/distribution/<path:name>/json", distribution),
    rule("GET", "/events", listen),
]
