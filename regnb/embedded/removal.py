"""Removing images by Docker's rules: names first, then the image, unless something holds it.

https://github.com/moby/moby/blob/v28.5.2/daemon/images/image_delete.go
"""

from __future__ import annotations

from hashlib import sha256
from typing import TypeAlias

from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.image_store import StoredImage
from regnb.embedded.refusal import Refusal
from regnb.errors import InvalidReference
from regnb.oci import ImageConfig, ImageReference

Records: TypeAlias = list[dict[str, str]]


def remove_image(engine: EmbeddedEngine, name: str, *, force: bool) -> Records:
    """Remove the name `name`, and the image when it was its last; gives what went.

    Raises Refusal: 404 without such an image, 409 when a container has it.
    """
    image = engine.images.find_any(name)
    reference = _reference_in(image, name)
    records: Records = []
    if reference:
        if len(_tags(image)) <= 1 and not force:
            _refuse_used(engine, image, reference)
        records = _untag(engine, image, _going_with(image, reference))
        image = engine.images.find_any(image.image_id)
        if image.references:
            return records
    elif not force and _is_in_several_places(image):
        raise _conflict(image, "must be forced", "image is referenced in multiple repositories")
    blocked = _holder(engine, image, force=force)
    if blocked and reference:
        return records
    if blocked:
        raise blocked
    records += _untag(engine, image, image.references)
    return records + delete_image(engine, image)


def delete_image(engine: EmbeddedEngine, image: StoredImage) -> Records:
    """Delete `image` and the layers that no other has; gives what went."""
    others = [one for one in engine.images.images() if one.image_id != image.image_id]
    kept = {chain for other in others for chain in chain_ids(other.config)}
    engine.images.delete(image)
    engine.events.tell("image", "delete", image.image_id, name=image.image_id)
    gone = [chain for chain in chain_ids(image.config) if chain not in kept]
    return [{"Deleted": digest} for digest in (image.image_id, *gone)]


def _reference_in(image: StoredImage, name: str) -> ImageReference | None:
    """The name that `name` is; None when it is an ID, or the beginning of one."""
    try:
        reference = ImageReference.parse(name)
    except InvalidReference:
        return None
    if reference.digest:
        reference = ImageReference(reference.registry, reference.repository, None, reference.digest)
    return reference if reference in image.references else None


def _going_with(image: StoredImage, reference: ImageReference) -> list[ImageReference]:
    """`reference`, and with the last tag of a repository the digests known from there."""
    alike = [one for one in image.references if one.name == reference.name and one != reference]
    if reference.digest or any(not one.digest for one in alike):
        return [reference]
    return [reference, *alike]


def _untag(engine: EmbeddedEngine, image: StoredImage, references: list[ImageReference]) -> Records:
    engine.images.untag(references)
    for _ in references:
        engine.events.tell("image", "untag", image.image_id, name=image.image_id)
    return [{"Untagged": reference.familiar} for reference in references]


def _tags(image: StoredImage) -> list[ImageReference]:
    return [one for one in image.references if not one.digest]


def _is_in_several_places(image: StoredImage) -> bool:
    return len({one.name for one in image.references}) > 1 or len(_tags(image)) > 1


def _refuse_used(engine: EmbeddedEngine, image: StoredImage, reference: ImageReference) -> None:
    for container in engine.containers.all():
        if container.image_id == image.image_id:
            raise Refusal(
                409,
                f'conflict: unable to remove repository reference "{reference.familiar}" '
                f"(must force) - container {container.id[:12]} is using its referenced image "
                f"{image.image_id.short}",
            )


def _holder(engine: EmbeddedEngine, image: StoredImage, *, force: bool) -> Refusal | None:
    """Why `image` cannot go: a running container, or without force any container."""
    users = [one for one in engine.containers.all() if one.image_id == image.image_id]
    for container in users:
        if container.state.is_up:
            why = f"image is being used by running container {container.id[:12]}"
            return _conflict(image, "cannot be forced", why)
    if users and not force:
        why = f"image is being used by stopped container {users[0].id[:12]}"
        return _conflict(image, "must be forced", why)
    return None


def _conflict(image: StoredImage, force: str, why: str) -> Refusal:
    return Refusal(409, f"conflict: unable to delete {image.image_id.short} ({force}) - {why}")


def chain_ids(config: ImageConfig) -> list[str]:
    """Chain IDs of the layers, which Docker calls their stacks by, the highest first.

    https://github.com/opencontainers/image-spec/blob/main/config.md#layer-chainid
    """
    chain: list[str] = []
    for diff_id in config.diff_ids:
        text = f"{chain[-1]} {diff_id}" if chain else ""
        chain.append(f"sha256:{sha256(text.encode()).hexdigest()}" if text else diff_id)
    return chain[::-1]
