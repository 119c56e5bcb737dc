"""Steps with the images of the engine: pull, tag, push, remove."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from regnb.engine import LocalImage, Progress
from regnb.errors import ImageNotFound, PushToHub
from regnb.lab.images.origin import told_origin
from regnb.lab.images.progress import follow
from regnb.lab.session import Session
from regnb.lab.show import Sentence, show
from regnb.oci import Digest, ImageReference
from regnb.oci.reference import DOCKER_HUB


def pull(session: Session, reference: ImageReference) -> None:
    """Pull, and write down what was not here before."""
    before = session.engine.find_image(reference)
    origins: list[str] = []
    events = _noting_origin(session, session.engine.pull(reference), origins)
    digest = follow(events, session.translator)
    if before is None:
        session.record.add(reference.familiar)
    after = session.engine.find_image(reference)
    unchanged = before and after and before.image_id == after.image_id
    key = "lab.pull_up_to_date" if unchanged else "lab.pulled"
    pulled = session.translator(key, image=reference.familiar, digest=_text(digest, after))
    show(Sentence(" ".join([pulled, *origins])))


def _noting_origin(
    session: Session, events: Iterable[Progress], origins: list[str]
) -> Iterator[Progress]:
    for event in events:
        origin = told_origin(event.status, session.translator)
        if origin:
            origins.append(origin)
        yield event


def tag(session: Session, source: ImageReference, target: ImageReference) -> None:
    """Give the image `source` the further name `target`."""
    known = session.engine.find_image(target)
    session.engine.tag(source, target)
    if known is None:
        session.record.add(target.familiar)
    session.say("lab.tagged", source=source.familiar, target=target.familiar)


def push(session: Session, reference: ImageReference) -> None:
    """Push to the registry that the name says; Docker Hub is refused, as it is public."""
    if reference.registry == DOCKER_HUB:
        raise PushToHub(reference.familiar)
    digest = follow(session.engine.push(reference), session.translator)
    session.say("lab.pushed", image=reference.familiar, digest=_text(digest))


def remove(session: Session, reference: ImageReference) -> None:
    """Remove a name that the lab gave or brought; one that was here before stays."""
    name = reference.familiar
    if session.engine.find_image(reference) is None:
        raise ImageNotFound("No such image.", subject=name)
    if name not in session.record.images:
        session.say("lab.image_kept", image=name)
        return
    session.engine.remove_image(reference)
    session.record.discard(name)
    session.say("lab.image_removed", image=name)


def _text(digest: Digest | None, image: LocalImage | None = None) -> str:
    # Podman keeps that of an index and that of the image in it, and does not say which is which.
    known = image.repo_digests if image else ()
    digests = [digest] if digest else [name.rpartition("@")[2] for name in known]
    return " / ".join(f"`{one}`" for one in digests) or "?"
