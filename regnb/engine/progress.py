"""What an engine says while it pulls or pushes.

The stream is one JSON object per line, an error included, after a status of 200:
https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Image/operation/ImageCreate
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from regnb.engine.failures import failure
from regnb.errors import EngineError
from regnb.oci import Digest
from regnb.oci.json import Json, as_object

_DIGEST = re.compile(r"(?:^D|: d)igest: (sha256:[0-9a-f]{64})")
_LAYER = re.compile(r"[0-9a-f]{12,64}")
_START = "Pulling from "
_LAST_OF_PULL = "Status: "


@dataclass(frozen=True, slots=True)
class Progress:
    """One line of progress; `current` and `total` in bytes, 0 when the engine does not tell.

    `layer` is the short ID of a layer, empty when the line is about the whole; `status` is the
    engine's text; `digest` comes with the last line of a pull or push that went well.
    """

    layer: str
    status: str
    current: int = 0
    total: int = 0
    digest: Digest | None = None


def read_progress(
    lines: Iterable[object], *, subject: str, failed: type[EngineError]
) -> Iterator[Progress]:
    """Progress in the `lines` of a stream about the image `subject`.

    Raises, for an error inside the stream, the class that fits its text, else `failed`.
    """
    digest: Digest | None = None
    error: EngineError | None = None
    for line in lines:
        fields = as_object(line, "a line of progress")
        # What comes after an error is read all the same: the connection is given back at the end.
        error = error or _error_in(fields, subject, failed)
        if error:
            continue
        status = str(fields.get("status") or "").strip()
        found = _DIGEST.search(status)
        digest = Digest(found[1]) if found else digest
        if status:
            yield _event(fields, status, digest if _is_last(status) else None)
    if error:
        raise error


def _error_in(fields: Json, subject: str, failed: type[EngineError]) -> EngineError | None:
    message = fields.get("error")
    detail = fields.get("errorDetail")
    if isinstance(detail, dict):
        message = detail.get("message") or message
    return failure(str(message), subject=subject, otherwise=failed) if message else None


def _is_last(status: str) -> bool:
    return status.startswith(_LAST_OF_PULL) or ": digest: " in status


def _event(fields: Json, status: str, digest: Digest | None) -> Progress:
    amounts = fields.get("progressDetail")
    amounts = amounts if isinstance(amounts, dict) else {}
    identifier = str(fields.get("id") or "")
    # The first line of a pull carries the tag where the others have a layer.
    is_layer = not status.startswith(_START) and _LAYER.fullmatch(identifier)
    return Progress(
        layer=identifier if is_layer else "",
        status=status,
        current=int(amounts.get("current") or 0),
        total=int(amounts.get("total") or 0),
        digest=digest,
    )
