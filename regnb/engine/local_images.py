"""Images that the engine holds.

https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Image/operation/ImageList
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO

from regnb.engine.connection import EngineConnection
from regnb.errors import EngineError, ImageNotFound, InvalidReference
from regnb.oci import ImageReference
from regnb.oci.config import parse_time
from regnb.oci.json import Json, as_list, as_object, as_text

_LOADED = re.compile(r"^Loaded image(?:\(s\))?: (\S+)", re.MULTILINE)
_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class LocalImage:
    """An image under one of its tags; `size` in bytes unpacked, `created` aware UTC.

    `name` is the familiar one (`nginx`, `localhost:5000/w3`), `repo_digests` those of that name.
    `image_id` is the config's digest, or the manifest's with the containerd image store.
    """

    name: str
    tag: str
    image_id: str
    repo_digests: tuple[str, ...]
    created: datetime
    size: int


def list_images(engine: EngineConnection) -> list[LocalImage]:
    """Images of the engine, one per tag, sorted by name and tag; raises EngineError."""
    with engine.errors():
        return images_in(engine.client.api.images())


def find_image(engine: EngineConnection, reference: ImageReference) -> LocalImage | None:
    """The image under this name, tag or digest; None when the engine does not hold it."""
    try:
        with engine.errors(reference.familiar):
            found = engine.client.images.get(reference.familiar).attrs
    except ImageNotFound:
        return None
    return inspected_image(found, reference)


def save_image(engine: EngineConnection, reference: ImageReference) -> Iterator[bytes]:
    """The tar, in blocks, of an image under its name; raises ImageNotFound."""
    if find_image(engine, reference) is None:
        raise ImageNotFound("No such image.", subject=reference.familiar)
    with engine.errors(reference.familiar):
        yield from engine.client.api.get_image(reference.familiar)


def load_images(engine: EngineConnection, file: IO[bytes]) -> list[str]:
    """Names of the images in the tar `file`, which the engine has now; raises EngineError."""
    with engine.errors():
        told = engine.client.api.load_image(file)  # type: ignore[no-untyped-call]
        lines = list(told)
    for line in lines:
        if "error" in line:
            raise EngineError(str(line["error"]))
    return sorted(set(_LOADED.findall("\n".join(str(line.get("stream", "")) for line in lines))))


def images_in(value: object) -> list[LocalImage]:
    """One image per tag of the engine's list, by name and tag; those without a tag are left out."""
    entries = [as_object(entry, "an image") for entry in as_list(value, "the list of images")]
    rows = [row for entry in entries for row in _rows(entry)]
    return sorted(rows, key=lambda row: (row.name, row.tag))


def inspected_image(value: object, reference: ImageReference) -> LocalImage:
    """The image that the engine describes in `value`, under the name it was asked by."""
    fields = as_object(value, "an image")
    created = parse_time(as_text(fields.get("Created"), "Created"))
    # The list tells whole seconds: the same image reads the same from both.
    return _row(fields, reference, (created or _EPOCH).replace(microsecond=0))


def digests_in(images: Iterable[LocalImage]) -> set[str]:
    """The digests that the engine remembers of `images`, without the names."""
    return {name.rpartition("@")[2] for image in images for name in image.repo_digests}


def _rows(fields: Json) -> Iterator[LocalImage]:
    created = datetime.fromtimestamp(int(str(fields.get("Created") or 0)), UTC)
    for tag in as_list(fields.get("RepoTags"), "RepoTags"):
        reference = _reference(as_text(tag, "RepoTags"))
        if reference:
            yield _row(fields, reference, created)


def _row(fields: Json, reference: ImageReference, created: datetime) -> LocalImage:
    return LocalImage(
        name=reference.name,
        tag=reference.tag or "",
        image_id=as_text(fields.get("Id"), "Id"),
        repo_digests=tuple(_digests_of(reference.name, fields)),
        created=created,
        size=int(str(fields.get("Size") or 0)),
    )


def _digests_of(name: str, fields: Json) -> Iterator[str]:
    for text in as_list(fields.get("RepoDigests"), "RepoDigests"):
        reference = _reference(as_text(text, "RepoDigests"))
        if reference and reference.name == name:
            yield f"{name}@{reference.digest}"


def _reference(text: str) -> ImageReference | None:
    # Engines write `<none>:<none>` or `<none>@<none>` for an image that lost its name.
    try:
        return ImageReference.parse(text)
    except InvalidReference:
        return None
