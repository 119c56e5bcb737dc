"""The engine itself in the API."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime

from werkzeug.wrappers import Response

import regnb
from regnb.embedded import login
from regnb.embedded.api import bodies
from regnb.embedded.api.call import Call, answer, rule
from regnb.embedded.api.container_json import listed
from regnb.embedded.api.container_routes import sizes
from regnb.embedded.api.image_routes import summary
from regnb.embedded.home import HUB_LABEL

# Those of Docker 28.5.
API_VERSION, MIN_API_VERSION = (1, 51), (1, 24)
_API, _MIN_API = (".".join(map(str, version)) for version in (API_VERSION, MIN_API_VERSION))
ENGINE_NAME = "regnb's embedded engine"


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
            "Images": [summary(call, one, containers=users.count(one.image_id)) for one in images],
            "Containers": rows,
            "Volumes": volumes,
            "BuildCache": [],
            "BuilderSize": 0,
        }
    )


def log_in(call: Call) -> Response:
    """Try a user and a password at a registry."""
    fields = call.body()
    bodies.check(fields, bodies.LOGIN)
    user, password, host = (
        fields.get(name) or "" for name in ("username", "password", "serveraddress")
    )
    login.log_in(call.engine, host, user, password)
    return answer({"IdentityToken": "", "Status": "Login Succeeded"})


def distribution(call: Call, name: str) -> Response:
    """What a registry has under a name, without pulling it."""
    return answer(login.look_up(call.engine, name))


RULES = [
    rule("HEAD", "/_ping", ping),
    rule("GET", "/_ping", ping),
    rule("GET", "/version", version),
    rule("GET", "/info", info),
    rule("GET", "/system/df", disk_usage),
    rule("POST", "/auth", log_in),
    rule("GET", "/distribution/<path:name>/json", distribution),
]
