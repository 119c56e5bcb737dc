"""Collect the garbage of the lab's registry: what nothing uses leaves its storage.

The registry is stopped meanwhile. Distribution's collector does not know what a push that goes on
has sent already (https://distribution.github.io/distribution/about/garbage-collection/), and its
registry remembers which blobs it has: started again, it looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from regnb.analysis.stored_files import StoredFile
from regnb.engine import Container
from regnb.errors import CollectionFailed
from regnb.lab.registry.running import wait_for
from regnb.lab.registry.store import store_files
from regnb.lab.session import Session
from regnb.lab.show import command
from regnb.oci import Digest, ImageReference

DEFAULT_CONFIG = "/etc/docker/registry/config.yml"
# Distribution's collector fails on a store that nothing was ever pushed to.
_NOTHING = re.compile(r"Path not found: /docker/registry/v2/repositories$", re.MULTILINE)
_ELIGIBLE = re.compile(r"^blob eligible for deletion: (\S+)$", re.MULTILINE)


def collect(session: Session, *, dry_run: bool, delete_untagged: bool) -> list[StoredFile]:
    """The blobs that nothing uses, largest first; removed, unless `dry_run`.

    `delete_untagged` counts manifests without a tag as unused too. Raises CollectionFailed.
    """
    container = session.registry_container()
    before = {file.digest: file for file in store_files(session) if file.kind == "blob"}
    flags = ["--dry-run"] * dry_run + ["--delete-untagged"] * delete_untagged
    with _stopped(session, container):
        output = _run(session, container, flags)
    found = [before[digest] for digest in _digests(output) if digest in before]
    return sorted(found, key=lambda file: (-file.size, str(file.digest)))


def _run(session: Session, container: Container, flags: list[str]) -> str:
    words = ["garbage-collect", *flags, config_of(session, container)]
    shown = ["run", "--rm", "--volumes-from", container.name, container.image, *words]
    session.show(command("docker", "container", *shown))
    code, output = session.engine.run_to_end(
        ImageReference.parse(container.image),
        words,
        volumes_from=container.name,
        labels=session.labels,
    )
    if code and not _NOTHING.search(output):
        raise CollectionFailed(output)
    return output


def config_of(session: Session, container: Container) -> str:
    """Path of the configuration in the image: it moved with version 3."""
    words = session.engine.setup_of(container.name).command
    return next((word for word in words if word.endswith((".yml", ".yaml"))), DEFAULT_CONFIG)


@contextmanager
def _stopped(session: Session, container: Container) -> Iterator[None]:
    """The registry stopped, and started again when it ran."""
    if not container.is_running:
        yield
        return
    session.show(command("docker", "container", "stop", container.name))
    session.engine.stop_container(container.name)
    try:
        yield
    finally:
        session.show(command("docker", "container", "start", container.name))
        session.engine.start_container(container.name)
        wait_for(session)


def _digests(output: str) -> list[Digest]:
    return [Digest(text) for text in dict.fromkeys(_ELIGIBLE.findall(output))]
