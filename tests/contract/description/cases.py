"""Requests by the description, steered to what the engine holds and to what breaks parsers."""

from __future__ import annotations

import json
import time
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis import Case

from tests.contract.description.content import (
    CREATED,
    NGINX,
    REGISTRY,
    REPOSITORY,
    RUNNING,
    VOLUME,
    Subject,
)

# What is no number, no text or no time to somebody's parser.
HOSTILE = ["\x00", "nan", "inf", "1e999", "-1", "9" * 30, "0x1", " ", "\u20ac", "a/../b", "%00"]
_FILTERS = [
    *("ancestor", "before", "container", "dangling", "driver", "event", "exited", "expose", "id"),
    *("image", "label", "name", "network", "publish", "reference", "scope", "since", "status"),
    *("type", "until", "volume", "health", "is-task", "label!", "all"),
]
_FILTER_VALUES = [
    *(RUNNING, NGINX, VOLUME, "true", "false", "1h", "0", "described=1", "running", "local"),
    *("5000/tcp", "exited", "container", "bridge", "", "*"),
]
_ODD_FILTERS = ['{"label":{"a":true}}', "[]", "{", "null", '{"label":"a"}', '{"label":[{}]}']
# It takes long to find out that there is no such plugin, or no such host.
_ALWAYS_KNOWN = {"Driver", "serveraddress"}
_HOST_CONFIGS: list[dict[str, object]] = [
    {},
    {"PortBindings": {"5000/tcp": [{"HostPort": ""}]}},
    {"PortBindings": {"5000/tcp": None}, "RestartPolicy": {"Name": "no"}},
    {"PortBindings": {"x": [{"HostPort": "y"}]}},
    {"PortBindings": {"5000/tcp": ["5000"]}},
    {"Binds": [f"{VOLUME}:/data:ro"], "AutoRemove": True},
    {"Binds": ["a:b:c:d"]},
    {"Mounts": [{"Type": "volume", "Source": VOLUME, "Target": "/data"}]},
    {"Mounts": [{"Type": "tmpfs", "Target": "data"}]},
    {"RestartPolicy": {"Name": "sometimes", "MaximumRetryCount": "x"}},
]


def filters() -> st.SearchStrategy[str]:
    values = st.lists(st.sampled_from(_FILTER_VALUES), max_size=2)
    maps = st.dictionaries(st.sampled_from(_FILTERS), values, max_size=2)
    return maps.map(json.dumps) | st.sampled_from(_ODD_FILTERS)


def query(subject: Subject) -> dict[str, list[str]]:
    """Values of the parameters of queries."""
    near = f"{subject.address}/{REPOSITORY}"
    return {
        "condition": ["not-running", "next-exit", "removed"],
        "fromImage": [NGINX, near, f"{near}:1.0", "A B", "nginx@sha256:0"],
        "limit": ["1", "0"],
        "name": ["described-new", RUNNING, "a b"],
        "names": [NGINX, "nothing"],
        "path": ["/var/lib/registry", "/", "/etc/../data", "nothing"],
        "platform": ["linux/amd64", "linux", "plan9", "a/b/c/d"],
        "repo": [near, "described-new", "UPPER", f"{near}:1.0"],
        "signal": ["SIGHUP", "KILL", "15", "0", "SIGNOT"],
        "since": ["0", "1h", f"{time.time():.3f}", "2026-01-01T00:00:00Z"],
        "t": ["0", "1"],
        "tag": ["1.0", "", "latest", "A B"],
        "tail": ["all", "3", "0"],
        "until": ["1h", "2026-01-01T00:00:00Z"],
    }


def names(subject: Subject, path: str) -> list[str]:
    """What may stand in `path` for its parameter."""
    near = f"{subject.address}/{REPOSITORY}:1.0"
    return {
        "containers": [RUNNING, CREATED, "nothing"],
        "distribution": [near, near, f"{subject.address}/nothing", "A B"],
        "images": [NGINX, REGISTRY, near, "nothing"],
        "networks": ["bridge", "nothing"],
        "volumes": [VOLUME, "nothing"],
    }[path.split("/")[1]]


def body(subject: Subject) -> dict[str, list[object]]:
    """Values of the fields of bodies."""
    return {
        "Image": [NGINX, REGISTRY, "nothing"],
        "HostConfig": list(_HOST_CONFIGS),
        "Name": ["described-new", VOLUME, "a/b"],
        "Driver": ["local"],
        "serveraddress": [subject.address, f"http://{subject.address}/v2/", "\x00"],
    }


@schemathesis.serializer("application/x-tar")
def _as_it_is(_context: schemathesis.SerializationContext, value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def steer(draw: Any, case: Case[Any], subject: Subject) -> None:
    """Give some parameters of `case` other values."""
    operation = case.operation
    for name in [parameter.name for parameter in operation.path_parameters]:
        hostile = [text for text in HOSTILE if "/" not in text]
        known = st.sampled_from(names(subject, operation.path))
        # What a name may reach in a network is known, so that no test waits for one.
        is_near = operation.path.startswith("/distribution")
        case.path_parameters[name] = draw(known if is_near else known | st.sampled_from(hostile))
    values = query(subject)
    for name in [parameter.name for parameter in operation.query]:
        known = filters() if name == "filters" else st.sampled_from(values.get(name, ["1", "0"]))
        kinds = ["known", "as it is", "known", "hostile"]
        # Without it, an import is asked for, which our engine refuses in words.
        what = "known" if name == "fromImage" else draw(st.sampled_from(kinds))
        if what != "as it is":
            case.query[name] = draw(known if what == "known" else st.sampled_from(HOSTILE))
    if case.operation.path == "/images/load":
        tar = subject.saved()
        case.body = draw(st.sampled_from([tar, tar[:700], tar[: len(tar) // 2], b"", bytes(1024)]))
        case.media_type = "application/x-tar"
    elif isinstance(case.body, dict):
        for name, known_values in body(subject).items():
            declared = any(name in str(one.definition) for one in operation.body)
            if declared and (name in _ALWAYS_KNOWN or draw(st.booleans())):
                case.body[name] = draw(st.sampled_from(known_values))
        case.media_type = "application/json"
