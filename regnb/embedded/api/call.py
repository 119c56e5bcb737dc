"""A request to the API, read as moby reads it, and the answers."""

from __future__ import annotations

import json
import logging
import re
import select
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeAlias

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from regnb.embedded.api.filters import Filters
from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.refusal import Refusal, bad_request, write_failed
from regnb.errors import RegnbError
from regnb.web.http_server import CONNECTION

# What describes a container takes some kilobytes.
_MAX_BODY = 4 << 20
Handler: TypeAlias = Callable[..., Response]
_FALSE = frozenset({"", "0", "no", "false", "none"})
_INTEGER = re.compile(r"[+-]?[0-9]{1,20}")
_LOG = logging.getLogger(__name__)
# A type; a list of one shape; an object whose fields have shapes, or (with the key `str`) any
# fields of one shape.
Shape: TypeAlias = "type | list[Shape] | Mapping[str | type[str], Shape]"
_MOUNT: Shape = {"Type": str, "Source": str, "Target": str, "ReadOnly": bool}
_HOST_CONFIG: Shape = {
    "AutoRemove": bool,
    "Binds": [str],
    "Mounts": [_MOUNT],
    "NetworkMode": str,
    "PortBindings": {str: [{"HostIp": str, "HostPort": str}]},
    "PublishAllPorts": bool,
    "RestartPolicy": {"Name": str, "MaximumRetryCount": int},
    "VolumesFrom": [str],
}
CONTAINER: Shape = {
    "Cmd": [str],
    "Domainname": str,
    "Entrypoint": [str],
    "Env": [str],
    "ExposedPorts": {str: dict},
    "HostConfig": _HOST_CONFIG,
    "Hostname": str,
    "Image": str,
    "Labels": {str: str},
    "NetworkingConfig": {"EndpointsConfig": {str: {"Aliases": [str]}}},
    "Tty": bool,
    "Volumes": {str: dict},
}
VOLUME: Shape = {"Name": str, "Driver": str, "Labels": {str: str}}
LOGIN: Shape = {"username": str, "password": str, "identitytoken": str, "serveraddress": str}


@dataclass(frozen=True)
class Call:
    """A request to `engine` in the version `version` of the API."""

    engine: EmbeddedEngine
    request: Request
    version: tuple[int, int]

    @property
    def connection(self) -> socket.socket | None:
        """The connection of the client, when there is one that is its own."""
        found: socket.socket | None = self.request.environ.get(CONNECTION)
        return found

    def client_is_gone(self) -> bool:
        """Whether the client hung up; that it has nothing more to send does not mean so."""
        if self.connection is None:
            return False
        watch = select.poll()
        watch.register(self.connection, select.POLLHUP)
        return bool(watch.poll(0))

    def text(self, name: str, default: str = "") -> str:
        """The parameter `name` of the query."""
        return self.request.args.get(name, default)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """The parameter `name` as moby reads a boolean: all but a few words are true."""
        value = self.request.args.get(name)
        return default if value is None else value.strip().lower() not in _FALSE

    def number(self, name: str) -> int | None:
        """The parameter `name`, of 64 bits; None when absent; raises Refusal (400)."""
        value = self.text(name)
        if not value:
            return None
        if not _INTEGER.fullmatch(value):
            raise bad_request(f'strconv.Atoi: parsing "{value}": invalid syntax')
        if not -(1 << 63) <= int(value) < 1 << 63:
            raise bad_request(f'strconv.Atoi: parsing "{value}": value out of range')
        return int(value)

    def body(self) -> dict[str, Any]:
        """The JSON object that was sent; raises Refusal (400, 413)."""
        kind = self.request.mimetype
        if kind != "application/json":
            raise bad_request(
                f"Content-Type specified ({self.request.content_type or ''}) must be "
                "'application/json'"
            )
        try:
            value = json.loads(self._content())
        except (ValueError, RecursionError) as error:
            raise bad_request(f"invalid JSON: {error}") from error
        except HTTPException as error:
            raise Refusal(error.code or 400, str(error.description)) from error
        if not isinstance(value, dict):
            raise bad_request("invalid JSON: it is not an object")
        return value

    def _content(self) -> bytes:
        content = b""
        while block := self.request.stream.read(_MAX_BODY):
            content += block
            if len(content) > _MAX_BODY:
                raise Refusal(413, f"the body has more than {_MAX_BODY} bytes")
        return content

    def filters(self, *accepted: str) -> Filters:
        """The parameter `filters`, of which `accepted` have a meaning; raises Refusal (400)."""
        return Filters.parse(self.text("filters"), accepted)


def rule(method: str, path: str, handler: Handler) -> Rule:
    """A route; names of images hold slashes, so they are paths."""
    return Rule(path, methods=[method], endpoint=handler)


def answer(value: object, status: int = 200) -> Response:
    """`value` as JSON."""
    return Response(json.dumps(value) + "\n", status, content_type="application/json")


def nothing(status: int = 204) -> Response:
    """An answer without content."""
    return without_type(Response(status=status))


def without_type(response: Response) -> Response:
    """`response` that does not say what its body is."""
    response.headers.pop("Content-Type", None)
    return response


def refused(status: int, message: str) -> Response:
    """An error as every client expects it."""
    return answer({"message": message}, status)


def stream(lines: Iterable[object | None]) -> Response:
    """JSON values, one a line, as they come; None is a sign of life that means nothing."""
    return Response(_encoded(lines), content_type="application/json")


def progress(lines: Iterator[dict[str, object]]) -> Response:
    """A progress stream: what fails before its first line is an error of its own, later a line."""
    first = next(lines, None)
    return stream(chain([] if first is None else [first], with_errors(lines)))


def with_errors(lines: Iterator[dict[str, object]]) -> Iterator[dict[str, object]]:
    """`lines`, and what fails there as the last of them: the answer has begun and must tell it."""
    try:
        yield from lines
    except Exception as error:  # noqa: BLE001 - told in the stream, and in the log
        if not isinstance(error, RegnbError | OSError):
            _LOG.exception("in a stream")
        if isinstance(error, OSError):
            error = write_failed(error)
        message = error.message if isinstance(error, Refusal) else str(error)
        yield {"errorDetail": {"message": message}, "error": message}


def _encoded(lines: Iterable[object | None]) -> Iterator[bytes]:
    for line in lines:
        yield b"\n" if line is None else json.dumps(line).encode() + b"\r\n"


def check_shape(value: object, shape: Shape, where: str = "the body") -> None:
    """Return when `value` has that shape or is null, anywhere; raises Refusal (400)."""
    if value is None:
        return
    kind = type(shape) if not isinstance(shape, type) else shape
    if type(value) is not kind:
        raise bad_request(f"invalid JSON: {where} has the wrong type")
    if isinstance(shape, list) and isinstance(value, list):
        for item in value:
            check_shape(item, shape[0], where)
    elif isinstance(shape, Mapping) and isinstance(value, dict):
        for name, item in value.items():
            inner = shape.get(name, shape.get(str))
            if inner is not None:
                check_shape(item, inner, name)
