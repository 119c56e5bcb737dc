"""Images in the API: making and removing them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

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
from regnb.embedded.api.filters import has_labels, moment
from regnb.embedded.refusal import bad_request, not_here
from regnb.errors import InvalidPlatform, InvalidReference
from regnb.oci import ImageReference, Platform
from regnb.registry import Credentials


def create_image(call: Call) -> Response:
    """Pull: https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Image/operation/ImageCreate."""
    name = call.text("fromImage")
    if not name:
        raise not_here("importing a file system as an image", "use Docker for this.")
    platform = _platform(call.text("platform"))
    reference = _reference(name, call.text("tag"))
    if reference is None:
        lines = pull.pull_all_tags(call.engine, _parse(name), platform, _credentials(call))
    else:
        lines = pull.pull(call.engine, reference, platform, _credentials(call))
    return progress(lines)


def push_image(call: Call, name: str) -> Response:
    """Push one tag of an image, or all of them."""
    reference = _parse(name)
    tag = call.text("tag")
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
    return answer(removal.remove_image(call.engine, name, force=call.flag("force")))


def prune_images(call: Call) -> Response:
    """Remove images without a tag; with `dangling=false` all that no container has."""
    filters = call.check_filters("dangling", "label", "label!", "until")
    every = filters.get("dangling", ["true"])[0].lower() in {"0", "false"}
    used = {container.image_id for container in call.engine.containers.all()}
    limit = min((moment(text).timestamp() for text in filters.get("until", ())), default=None)
    records = []
    freed = 0
    for image in call.engine.images.images():
        created = image.config.created.timestamp() if image.config.created else 0.0
        too_young = limit is not None and created > limit
        wanted = has_labels(image.config.labels, filters.get("label", ()))
        if image.image_id in used or (image.tags and not every) or too_young or not wanted:
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


def _platform(text: str) -> Platform | None:
    try:
        return Platform.parse(text.lower()) if text else None
    except InvalidPlatform as error:
        raise bad_request(str(error)) from error


def _credentials(call: Call) -> Credentials | None:
    """The user and password of the X-Registry-Auth header, base64url of JSON, if there are any."""
    text = call.request.headers.get("X-Registry-Auth", "")
    try:
        value = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))) if text else {}
        user, password = value.get("username"), value.get("password")
    except (ValueError, AttributeError):
        return None  # as moby does: a pull without credentials may succeed
    return Credentials(user, password) if user and password else None


RULES = [
    rule("POST", "/images/create", create_image),
    rule("POST", "/images/load", load_images),
    rule("POST", "/images/prune", prune_images),
    rule("POST", "/images/<path:name>/push", push_image),
    rule("POST", "/images/<path:name>/tag", tag_image),
    rule("DELETE", "/images/<path:name>", remove_image),
]
