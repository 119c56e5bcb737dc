"""Delete from the lab's registry, collect its garbage, and compare registries at both.

The registry is stopped while its garbage is collected. Distribution's collector does not know what
a push that goes on has sent already
(https://distribution.github.io/distribution/about/garbage-collection/), and its registry remembers
which blobs it has: started again, it looks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

from regnb.analysis.differences import Kind, observe
from regnb.analysis.stored_files import StoredFile
from regnb.analysis.usage import deletion_of
from regnb.engine import Container
from regnb.engine.ports import on_free_port
from regnb.errors import CollectionFailed, DeletionOff, TagDeletionUnsupported, Unsupported
from regnb.inventory import tag_contents
from regnb.lab.keeper import wait_until_it_answers
from regnb.lab.registry import version_of, wait_for
from regnb.lab.registry_settings import storage_settings
from regnb.lab.session import REGISTRY_PORT, Session, published_port
from regnb.lab.show import command
from regnb.lab.steps import Steps, step
from regnb.lab.storage import store_files
from regnb.oci import Digest, ImageReference
from regnb.registry import RegistryClient
from regnb.tables.storage_tables import deletion_table, differences_table, garbage_table
from regnb.tables.table import Table
from regnb.widgets.count import CountBar

OFF = 405  # of a registry without deletion; 400 is the answer to a tag where digests are wanted
DEFAULT_CONFIG = "/etc/docker/registry/config.yml"
PROBE = "registry-probe"
# Distribution's collector fails on a store that nothing was ever pushed to.
_NOTHING = re.compile(r"Path not found: /docker/registry/v2/repositories$", re.MULTILINE)
_ELIGIBLE = re.compile(r"^blob eligible for deletion: (\S+)$", re.MULTILINE)
_MAJOR = re.compile(r"distribution v?(\d+)\.")


class DeletionSteps(Steps):
    """What deleting takes with it, and what frees the space."""

    @step
    def delete(self, reference: str, *, confirm: bool = False) -> Table:
        """What deleting the manifest of `reference` takes with it; done only when `confirm`."""
        session = self._session
        client, parsed = session.resolve(reference)
        with CountBar(self._translator, "inventory.progress") as bar:
            held = tag_contents(client, beside=[parsed.repository], on_count=bar)
            planned = deletion_of(client, parsed.repository, parsed.reference, held)
        url = f"{client.url}/v2/{planned.repository}/manifests/{planned.digest}"
        session.show(session.curl(url, "--request", "DELETE"))
        if confirm:
            delete_manifest(client, planned.repository, planned.digest)
            names = ", ".join(f"`{planned.repository}:{tag}`" for tag in planned.tags)
            key = "keeping.deleted" if planned.tags else "keeping.deleted_untagged"
            session.say(key, count=max(1, len(planned.tags)), names=names)
        else:
            session.say("keeping.delete_asks", reference=reference)
        return deletion_table(self._translator, planned)

    @step
    def delete_tag(self, reference: str) -> None:
        """Delete a tag alone, not its manifest; only some registries can."""
        session = self._session
        client, parsed = session.resolve(reference)
        tag = parsed.reference
        url = f"{client.url}/v2/{parsed.repository}/manifests/{tag}"
        session.show(session.curl(url, "--request", "DELETE"))
        delete_tag(client, parsed.repository, tag)
        session.say("keeping.tag_deleted", name=f"{parsed.repository}:{tag}")

    @step
    def collect_garbage(self, *, dry_run: bool = False, delete_untagged: bool = False) -> Table:
        """Blobs that nothing uses: removed from the storage, or only listed when `dry_run`.

        The registry is stopped meanwhile. `delete_untagged` counts manifests without a tag as
        unused too.
        """
        session = self._session
        container = session.registry_container()
        before = store_files(session)
        flags = ["--dry-run"] * dry_run + ["--delete-untagged"] * delete_untagged
        words = ["garbage-collect", *flags, _config_of(session, container)]
        with self._stopped(container):
            shown = ["run", "--rm", "--volumes-from", container.name, container.image, *words]
            session.show(command("docker", "container", *shown))
            output = run_collector(session, container, words)
        found = collected(before, output)
        total = self._translator.size(sum(file.size for file in found))
        key = "keeping.would_free" if dry_run else "keeping.freed"
        session.say(key, count=len(found), size=total)
        return garbage_table(self._translator, found)

    @step
    def differences(self) -> Table:
        """What registries do about deletion and collection, each row tried on the one at hand.

        It is tried on a throw-away registry of the same image.
        """
        container = self._session.registry_container()
        kind = kind_of(version_of(self._session, container))
        return differences_table(self._translator, kind, observed(self._session, container))

    @contextmanager
    def _stopped(self, container: Container) -> Iterator[None]:
        """The registry stopped, and started again when it ran."""
        session, name = self._session, container.name
        if not container.is_running:
            yield
            return
        session.show(command("docker", "container", "stop", name))
        session.engine.stop_container(name)
        try:
            yield
        finally:
            session.show(command("docker", "container", "start", name))
            session.engine.start_container(name)
            session.containers.forget()
            wait_for(session)


def delete_manifest(client: RegistryClient, repository: str, digest: Digest) -> None:
    """Delete a manifest with its tags; raises DeletionOff when the registry deletes nothing."""
    try:
        client.delete_manifest(repository, digest)
    except Unsupported as error:
        raise DeletionOff(error) from error


def delete_tag(client: RegistryClient, repository: str, tag: str) -> None:
    """Delete the tag alone; raises TagDeletionUnsupported where only manifests can be deleted."""
    try:
        client.delete_tag(repository, tag)
    except Unsupported as error:
        kind = DeletionOff if error.status == OFF else TagDeletionUnsupported
        raise kind(error) from error


def run_collector(session: Session, container: Container, words: Collection[str]) -> str:
    """What the collector says on the store of `container`; raises CollectionFailed."""
    image = ImageReference.parse(container.image)
    code, output = session.engine.run_to_end(
        image, list(words), volumes_from=container.name, labels=session.labels
    )
    if code and not _NOTHING.search(output):
        raise CollectionFailed(output)
    return output


def collected(files: Iterable[StoredFile], output: str) -> list[StoredFile]:
    """Those of `files` that the `output` of the collector names, largest first."""
    blobs = {file.digest: file for file in files if file.kind == "blob"}
    digests = [Digest(text) for text in dict.fromkeys(_ELIGIBLE.findall(output))]
    found = [blobs[digest] for digest in digests if digest in blobs]
    return sorted(found, key=lambda file: (-file.size, str(file.digest)))


def kind_of(version: str) -> Kind:
    """Which of the registries of the table says `version` of itself."""
    match = _MAJOR.search(version)
    if match is None:
        return "regnb"
    return "distribution_3" if int(match[1]) >= 3 else "distribution_2"


def observed(session: Session, container: Container) -> dict[str, str]:
    """What a new registry of the image of `container` does, by behaviour; nothing is left of it."""
    image = ImageReference.parse(container.image)
    words = ["garbage-collect", _config_of(session, container)]
    with _probe(session, image) as (name, client):
        return observe(
            client,
            lambda: session.engine.run_to_end(
                image, words, volumes_from=name, labels=session.labels
            ),
        )


@contextmanager
def _probe(session: Session, image: ImageReference) -> Iterator[tuple[str, RegistryClient]]:
    name = f"{PROBE}-{session.lab}"
    if session.engine.container(name):  # of a run that was killed
        session.engine.remove_container(name)
    container = on_free_port(
        lambda choice: session.engine.run_container(
            image,
            name=name,
            host_port=choice.port,
            container_port=REGISTRY_PORT,
            labels=session.labels,
            environment=storage_settings(delete=True).environment,
        )
    )
    try:
        client = RegistryClient(f"http://localhost:{published_port(container)}")
        wait_until_it_answers(client)
        yield name, client
    finally:
        session.engine.remove_container(name)


def _config_of(session: Session, container: Container) -> str:
    """Path of the configuration in the image: it moved with version 3."""
    words = session.containers.setup_of(container.name).command
    return next((word for word in words if word.endswith((".yml", ".yaml"))), DEFAULT_CONFIG)
