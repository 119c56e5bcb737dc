"""Delete from the lab's registry: first what would go, and only then, when asked, the deletion."""

from __future__ import annotations

from regnb.analysis.deletion import Deletion, deletion_of
from regnb.errors import DeletionOff, TagDeletionUnsupported, Unsupported
from regnb.inventory import tag_contents
from regnb.lab.requests import curl
from regnb.lab.session import Session
from regnb.oci import ImageReference
from regnb.widgets.count import CountBar

OFF = 405  # of a registry without deletion; 400 is the answer to a tag where digests are wanted


def plan(session: Session, reference: ImageReference) -> Deletion:
    """What deleting the manifest of `reference` does, with all the tags that lead to it."""
    client = session.client_of(reference)
    with CountBar(session.translator, "inventory.progress") as bar:
        held = tag_contents(client, on_count=bar)
        return deletion_of(client, reference.repository, reference.reference, held)


def delete(session: Session, text: str, *, confirm: bool) -> Deletion:
    """Delete what `plan` tells, when `confirm`; raises DeletionOff when the registry does not."""
    reference = session.reference(text)
    planned = plan(session, reference)
    client = session.client_of(reference)
    url = f"{client.url}/v2/{planned.repository}/manifests/{planned.digest}"
    session.show(curl(session, url, "--request", "DELETE"))
    if not confirm:
        session.say("keeping.delete_asks", reference=text)
        return planned
    try:
        client.delete_manifest(planned.repository, planned.digest)
    except Unsupported as error:
        raise DeletionOff(error) from error
    names = ", ".join(f"`{planned.repository}:{tag}`" for tag in planned.tags)
    key = "keeping.deleted" if planned.tags else "keeping.deleted_untagged"
    session.say(key, count=max(1, len(planned.tags)), names=names)
    return planned


def delete_tag(session: Session, text: str) -> None:
    """Delete the tag alone; raises TagDeletionUnsupported where only manifests can be deleted."""
    reference = session.reference(text)
    client = session.client_of(reference)
    tag = reference.reference
    url = f"{client.url}/v2/{reference.repository}/manifests/{tag}"
    session.show(curl(session, url, "--request", "DELETE"))
    try:
        client.delete_tag(reference.repository, tag)
    except Unsupported as error:
        kind = DeletionOff if error.status == OFF else TagDeletionUnsupported
        raise kind(error) from error
    session.say("keeping.tag_deleted", name=f"{reference.repository}:{tag}")
