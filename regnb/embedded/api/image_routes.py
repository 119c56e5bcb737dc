"""Images in the API: looking at them, making and removing them."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterable, Iterator
from datetime import datetime
from operator import itemgetter
from typing import Any

from werkzeug.wrappers import Response

from regnb.embedded import archive, pull, push, removal
from regnb.embedded.api.call import (
    Call,
    answer,
    nothing,
    progress,
    rule,
    stream,
    with_errors,
)
from regnb.embedded.api.filters import Filters
from regnb.embedded.api.timestamps import timestamp
from regnb.embedded.archive import save
from regnb.embedded.containers.record import NEVER
from regnb.embedded.image_store import StoredImage
from regnb.embedded.platforms import mismatch, parse_platform, read_platform
from regnb.embedded.refusal import Refusal, bad_request, not_here
from regnb.errors import InvalidReference
from regnb.oci import ImageReference
from regnb.registry import Credentials

# Since this version nameless images have empty lists, before it these words.
_EMPTY_NAMES = (1, 43)
# Before these versions the answers had more fields:
# https://docs.docker.com/reference/api/engine/version-history/
_ONE_SIZE, _ONE_CONFIG = (1, 44), (1, 45)
_NO_TAG, _NO_DIGEST = "<none>:<none>", "<none>@<none>"


def list_images(call: Call) -> Response:
    """https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Image/operation/ImageList."""
    filters = call.filters("before", "dangling", "label", "reference", "since", "until")
    wanted = _filter(call, filters)
    found = [(image, filters.named(image.references)) for image in wanted]
    rows = [
        summary(call, image, names, containers=-1)
        for image, names in found
        if names or "reference" not in filters
    ]
    return answer(sorted(rows, key=itemgetter("Created"), reverse=True))


def summary(
    call: Call, image: StoredImage, names: Iterable[ImageReference], *, containers: int
) -> dict[str, Any]:
    """An image as lists show it, with those of its names that they show."""
    shown = {name.familiar for name in names}
    size = call.engine.sizes.size_of(image)
    value: dict[str, Any] = {
        "Containers": containers,
        "Created": int(_created(image)),
        "Id": image.image_id,
        "Labels": image.config.labels or None,
        "ParentId": "",
        "SharedSize": -1 if containers < 0 else shared_size(call, image),
        "Size": size,
        "RegnbSource": image.source,
        **_names(
            call,
            [tag for tag in image.tags if tag in shown],
            [digest for digest in image.repo_digests if digest in shown],
        ),
    }
    return value | ({"VirtualSize": size} if call.version < _ONE_SIZE else {})


def inspect_image(call: Call, name: str) -> Response:
    """One image, with its configuration."""
    image = _find(call, name)
    config, execution = image.config, image.config.execution
    size = call.engine.sizes.size_of(image)
    value = {
        "Id": image.image_id,
        **_names(call, image.tags, image.repo_digests),
        "Parent": "",
        "Comment": "",
        "Created": _time(config.created),
        "DockerVersion": "",
        "Author": "",
        "Architecture": config.platform.architecture,
        "Variant": config.platform.variant,
        "Os": config.platform.os,
        "Size": size,
        "GraphDriver": {"Data": {}, "Name": "oci-layout"},
        "RootFS": {"Type": "layers", "Layers": list(config.diff_ids)},
        "Metadata": {"LastTagTime": _time(image.tagged)},
        "Config": execution,
        "RegnbSource": image.source,
    }
    if call.version < _ONE_SIZE:
        value["VirtualSize"] = size
    if call.version < _ONE_CONFIG:
        value |= {"Container": "", "ContainerConfig": execution}
    return answer({key: item for key, item in value.items() if key != "Variant" or item})


def image_history(call: Call, name: str) -> Response:
    """The instructions that made an image, the last one first."""
    image = _find(call, name)
    sizes = iter([call.engine.sizes.size(layer) for layer in image.manifest.layers])
    rows: list[dict[str, object]] = [
        {
            "Comment": "",
            "Created": int(entry.created.timestamp()) if entry.created else 0,
            "CreatedBy": entry.created_by,
            "Id": "<missing>",
            "Size": 0 if entry.empty_layer else next(sizes, 0),
            "Tags": None,
        }
        for entry in image.config.history
    ]
    if rows:
        rows[-1] |= {"Id": image.image_id, "Tags": image.tags or None}
    return answer(rows[::-1])


def save_images(call: Call, name: str = "") -> Response:
    """Images as a tar that `docker load` and every OCI tool reads."""
    names = [name] if name else call.request.args.getlist("names")
    if not names:
        raise bad_request("no images given to save: use names=")
    platform = read_platform(call.text("platform"))
    wanted = []
    for text in names:
        try:
            image = call.engine.images.find(text)
        except Refusal as refusal:
            raise Refusal(404, f"No such image: {text}") from refusal
        if mismatch(text, image.config.platform, platform):
            raise Refusal(500, f"no suitable export target found for platform {platform}")
        wanted.append((text, image))
    return Response(save(call.engine.images, wanted), content_type="application/x-tar")


def _find(call: Call, name: str, parameter: str = "platform") -> StoredImage:
    """The image `name`, for each platform that `parameter` asks for; raises Refusal (400, 404)."""
    image = call.engine.images.find(name)
    for text in call.request.args.getlist(parameter):
        if told := mismatch(name, image.config.platform, read_platform(text)):
            raise Refusal(404, told)
    return image


def shared_size(call: Call, image: StoredImage) -> int:
    """Bytes of the layers of `image` that another image has too."""
    others = {
        layer.digest
        for other in call.engine.images.images()
        if other.image_id != image.image_id
        for layer in other.manifest.layers
    }
    shared = (layer for layer in image.manifest.layers if layer.digest in others)
    return sum(call.engine.sizes.size(layer) for layer in shared)


def _names(call: Call, tags: list[str], digests: list[str]) -> dict[str, object]:
    if not tags and not digests and call.version < _EMPTY_NAMES:
        return {"RepoTags": [_NO_TAG], "RepoDigests": [_NO_DIGEST]}
    return {"RepoTags": tags, "RepoDigests": digests}


def _filter(call: Call, filters: Filters) -> list[StoredImage]:
    """The images that `filters` leave, whatever their names."""
    dangling, find = filters.flag("dangling"), call.engine.images.find
    before = [_created(find(name)) for name in filters.get("before", ())]
    since = [_created(find(name)) for name in filters.get("since", ())]
    until = min(map(timestamp, filters.get("until", ())), default=math.inf)
    return [
        image
        for image in call.engine.images.images()
        if (not dangling or not image.tags)
        and (dangling is not False or image.references)
        and all(_created(image) < limit for limit in before)
        and all(_created(image) > limit for limit in since)
        and _created(image) <= until
        and filters.has_labels(image.config.labels)
    ]


def _created(image: StoredImage) -> float:
    return image.config.created.timestamp() if image.config.created else 0.0


def _time(moment: datetime | None) -> str:
    return moment.isoformat().replace("+00:00", "Z") if moment else NEVER


def create_image(call: Call) -> Response:
    """Pull: https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Image/operation/ImageCreate."""
    name = call.text("fromImage")
    if not name:
        raise not_here("importing a file system as an image", "use Docker for this.")
    platform = parse_platform(call.text("platform"), call.engine.platform)
    reference = _reference(name, call.text("tag"))
    lines = pull.pull(
        call.engine,
        reference or _parse(name),
        platform,
        _credentials(call),
        all_tags=reference is None,
    )
    return progress(lines)


def push_image(call: Call, name: str) -> Response:
    """Push one tag of an image, or all of them."""
    reference = _parse(name)
    tag = call.text("tag")
    if call.text("platform"):
        _find(call, reference.with_tag(tag).familiar if tag else name)
    return progress(push.push(call.engine, reference, tag, _credentials(call)))


def tag_image(call: Call, name: str) -> Response:
    """Give an image one more name."""
    image = call.engine.images.find(name)
    repository, tag = call.text("repo"), call.text("tag")
    target = _parse(f"{repository}:{tag}" if tag else repository)
    if target.digest:
        raise bad_request("refusing to create a tag with a digest reference")
    call.engine.images.tag(image, target)
    call.engine.events.tell("image", "tag", image.image_id, name=target.familiar)
    return nothing(201)


def remove_image(call: Call, name: str) -> Response:
    """Remove a name of an image, and the image with its last one."""
    _find(call, name, "platforms")
    return answer(removal.remove_image(call.engine, name, force=call.flag("force")))


def prune_images(call: Call) -> Response:
    """Remove images without a tag; with `dangling=false` all that no container has."""
    filters = call.filters("dangling", "label", "label!", "until")
    every = filters.flag("dangling") is False
    used = {container.image_id for container in call.engine.containers.all()}
    limit = filters.until()
    records = []
    freed = 0
    for image in call.engine.images.images():
        too_young = _created(image) > limit or ("until" in filters and not image.config.created)
        kept = too_young or not filters.has_labels(image.config.labels)
        if kept or image.image_id in used or (image.tags and not every):
            continue
        freed += call.engine.sizes.size_of(image)
        records += [{"Untagged": reference.familiar} for reference in image.references]
        records += removal.delete_image(call.engine, image)
    freed += call.engine.images.delete_unused_blobs()
    return answer({"ImagesDeleted": records or None, "SpaceReclaimed": freed})


def load_images(call: Call) -> Response:
    """Store the images of a tar; what is wrong with it is a line of the answer."""
    return stream(list(with_errors(_load(call))))


def _load(call: Call) -> Iterator[dict[str, object]]:
    for image, names in archive.load(call.engine.images, call.request.stream):
        call.engine.events.tell("image", "load", image.image_id, name=image.image_id)
        for name in names:
            yield {"stream": f"Loaded image: {name.familiar}\n"}
        if not names:
            yield {"stream": f"Loaded image ID: {image.image_id}\n"}


def _reference(name: str, tag: str) -> ImageReference | None:
    """What is to be pulled; None for all tags of `name`."""
    reference = _parse(name)
    if tag:
        at = "@" if ":" in tag else ":"
        return _parse(f"{reference.name}{at}{tag}")
    is_bare = reference.digest is None and not name.endswith(f":{reference.tag}")
    return None if is_bare else reference


def _parse(name: str) -> ImageReference:
    try:
        return ImageReference.parse(name)
    except InvalidReference as error:
        raise bad_request(f"invalid reference format: {error}") from error


def _credentials(call: Call) -> Credentials | None:
    """What the X-Registry-Auth header holds, base64url of JSON: a password or an identity token."""
    text = call.request.headers.get("X-Registry-Auth", "")
    try:
        value = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))) if text else {}
        fields = [value.get(name) or "" for name in ("username", "password", "identitytoken")]
    except (ValueError, AttributeError):
        return None  # as moby does: a pull without credentials may succeed
    user, password, identity = fields
    is_whole = all(isinstance(one, str) for one in fields) and (identity or (user and password))
    return Credentials(user, password, identity) if is_whole else None


RULES = [
    rule("GET", "/images/json", list_images),
    rule("GET", "/images/get", save_images),
    rule("GET", "/images/<path:name>/json", inspect_image),
    rule("GET", "/images/<path:name>/history", image_history),
    rule("GET", "/images/<path:name>/get", save_images),
    rule("POST", "/images/create", create_image),
    rule("POST", "/images/load", load_images),
    rule("POST", "/images/prune", prune_images),
    rule("POST", "/images/<path:name>/push", push_image),
    rule("POST", "/images/<path:name>/tag", tag_image),
    rule("DELETE", "/images/<path:name>", remove_image),
]
