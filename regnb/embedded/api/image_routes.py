"""Images in the API: looking at them."""

from __future__ import annotations

import json
from datetime import datetime
from fnmatch import fnmatchcase

from werkzeug.wrappers import Response

from regnb.embedded.api.call import Call, answer, rule
from regnb.embedded.api.filters import has_labels, moment
from regnb.embedded.archive import save
from regnb.embedded.containers.record import NEVER
from regnb.embedded.refusal import Refusal, bad_request
from regnb.embedded.store import StoredImage
from regnb.oci import ImageReference

# Since this version nameless images have empty lists, before it these words.
_EMPTY_NAMES = (1, 43)
# Before these versions the answers had more fields:
# https://docs.docker.com/reference/api/engine/version-history/
_ONE_SIZE, _ONE_CONFIG = (1, 44), (1, 45)
_NO_TAG, _NO_DIGEST = "<none>:<none>", "<none>@<none>"
_FILTERS = ("before", "dangling", "label", "reference", "since", "until")


def list_images(call: Call) -> Response:
    """https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Image/operation/ImageList."""
    call.check_filters(*_FILTERS)
    found = [image for image in call.engine.images.images() if _fits(call, image)]
    found.sort(key=_created_seconds, reverse=True)
    return answer([summary(call, image, containers=-1) for image in found])


def summary(call: Call, image: StoredImage, *, containers: int) -> dict[str, object]:
    """An image as lists show it."""
    references = call.filters.get("reference")
    tags = [tag for tag in image.tags if _matches(tag, references)]
    size = call.engine.sizes.size_of(image)
    value: dict[str, object] = {
        "Containers": containers,
        "Created": _created_seconds(image),
        "Id": image.image_id,
        "Labels": image.config.labels or None,
        "ParentId": "",
        "SharedSize": -1 if containers < 0 else shared_size(call, image),
        "Size": size,
        "RegnbSource": image.source,
        **_names(call, tags, image.repo_digests),
    }
    return value | ({"VirtualSize": size} if call.version < _ONE_SIZE else {})


def inspect_image(call: Call, name: str) -> Response:
    """One image, with its configuration."""
    image = call.engine.images.find(name)
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
    image = call.engine.images.find(name)
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
    _check_platform(call.text("platform"))
    wanted = []
    for text in names:
        try:
            wanted.append((text, call.engine.images.find(text)))
        except Refusal as refusal:
            raise Refusal(404, f"No such image: {text}") from refusal
    return Response(save(call.engine.images, wanted), content_type="application/x-tar")


def _check_platform(text: str) -> None:
    """Return for none, or one as JSON; raises Refusal (400). An image here has one platform."""
    try:
        value = json.loads(text) if text else {}
    except (ValueError, RecursionError) as error:
        raise bad_request(f"failed to parse platform: {error}") from error
    if not isinstance(value, dict):
        raise bad_request("failed to parse platform: it is no object")


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


def _fits(call: Call, image: StoredImage) -> bool:
    filters = call.filters
    dangling = filters.get("dangling")
    if dangling and (dangling[0].lower() in {"1", "true"}) == bool(image.tags):
        return False
    references = filters.get("reference")
    names = [*image.tags, *image.repo_digests]
    if references and not any(_matches(name, references) for name in names):
        return False
    created = _created_seconds(image)
    for name in filters.get("before", ()):
        if created >= _created_seconds(call.engine.images.find(name)):
            return False
    for name in filters.get("since", ()):
        if created <= _created_seconds(call.engine.images.find(name)):
            return False
    if any(created > moment(text).timestamp() for text in filters.get("until", ())):
        return False
    return has_labels(image.config.labels, filters.get("label", ()))


def _matches(name: str, patterns: list[str] | None) -> bool:
    """Whether `name` fits one of the patterns, which may leave out the tag."""
    if not patterns:
        return True
    reference = ImageReference.parse(name)
    forms = {name, reference.name, str(reference), str(reference).rpartition("/")[2]}
    return any(fnmatchcase(form, pattern) for form in forms for pattern in patterns)


def _created_seconds(image: StoredImage) -> int:
    return int(image.config.created.timestamp()) if image.config.created else 0


def _time(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ").replace(".000000Z", "Z") if moment else NEVER


RULES = [
    rule("GET", "/images/json", list_images),
    rule("GET", "/images/get", save_images),
    rule("GET", "/images/<path:name>/json", inspect_image),
    rule("GET", "/images/<path:name>/history", image_history),
    rule("GET", "/images/<path:name>/get", save_images),
]
