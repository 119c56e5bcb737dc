"""The images of the engine, and those that the registry holds."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from regnb.engine import LocalImage, Progress
from regnb.errors import ImageNotFound, InvalidManifest, PushToHub
from regnb.errors.hub_reasons import Reason
from regnb.i18n import Translator
from regnb.inventory import OnCount, default_path, inventory, tag_contents
from regnb.lab.progress_bars import follow
from regnb.lab.show import Sentence, command, show
from regnb.lab.steps import Steps, step
from regnb.oci import Descriptor, Digest, ImageManifest, ImageReference, Manifest, layers_of
from regnb.oci.reference import DOCKER_HUB
from regnb.registry import RegistryClient
from regnb.tables.engine_tables import images_table
from regnb.tables.registry_tables import catalog_table, image_table, layers_table, tags_table
from regnb.tables.table import Table
from regnb.widgets.count import CountBar
from regnb.widgets.frontend import somebody_looks
from regnb.widgets.pages import PagedTable

# The embedded engine says in a line of its pull where an image came from, when that is not where
# its name says: a mirror of Docker Hub, a machine in the classroom, or a sample.
_SAMPLE = re.compile(r"Not from Docker Hub \((?P<why>.+)\): this is a sample")
_CLASSROOM = re.compile(r"As REGNB_HUB says: this image comes from (?P<host>\S+)$")
_MIRROR = re.compile(r"this image comes from (?P<host>\S+)$")


class EngineImageSteps(Steps):
    """Pull, tag, push and remove."""

    @step
    def pull(self, reference: str) -> None:
        """Pull an image from the registry that its name says; Docker Hub when it says none."""
        parsed = ImageReference.parse(reference)
        self._session.show(command("docker", "image", "pull", reference))
        self._session.warn_of(parsed.registry)
        self._pull(parsed, before=self._session.engine.find_image(parsed))

    @step
    def images(self) -> Table:
        """Images of the engine, one row per tag."""
        self._session.show(command("docker", "image", "ls"))
        return images_table(self._translator, self._session.engine.images())

    @step
    def tag(self, source: str, target: str) -> None:
        """Give the image `source` the further name `target`."""
        session = self._session
        old, new = ImageReference.parse(source), ImageReference.parse(target)
        session.show(command("docker", "image", "tag", source, target))
        known = session.engine.find_image(new)
        session.engine.tag(old, new)
        if known is None:
            session.record.add(new.familiar)
        session.say("lab.tagged", source=old.familiar, target=new.familiar)

    @step
    def push(self, reference: str) -> None:
        """Push an image to the registry that its name says."""
        session = self._session
        parsed = ImageReference.parse(reference)
        session.show(command("docker", "image", "push", reference))
        if parsed.registry == DOCKER_HUB:  # it is public
            raise PushToHub(parsed.familiar)
        session.warn_of(parsed.registry)
        digest = follow(session.engine.push(parsed), session.translator)
        session.say("lab.pushed", image=parsed.familiar, digest=_digests(digest))

    @step
    def remove_image(self, *references: str) -> None:
        """Remove names of images from the engine, not from a registry."""
        for reference in references:
            parsed = ImageReference.parse(reference)
            self._session.show(command("docker", "image", "rm", reference))
            self._remove(parsed)

    def _pull(self, reference: ImageReference, *, before: LocalImage | None) -> None:
        """Pull, and write down what was not there `before`."""
        session = self._session
        sources: list[str] = []
        events = _noting_source(session.engine.pull(reference), session.translator, sources)
        digest = follow(events, session.translator)
        if before is None:
            session.record.add(reference.familiar)
        after = session.engine.find_image(reference) if before or not digest else None
        unchanged = before and after and before.image_id == after.image_id
        key = "lab.pull_up_to_date" if unchanged else "lab.pulled"
        text = _digests(digest, after)
        pulled = session.translator(key, image=reference.familiar, digest=text)
        show(Sentence(" ".join([pulled, *sources])))

    def _remove(self, reference: ImageReference) -> None:
        """Remove a name that the lab gave or brought; one that was here before stays."""
        session, name = self._session, reference.familiar
        if session.engine.find_image(reference) is None:
            raise ImageNotFound("No such image.", subject=name)
        if name not in session.record.images:
            session.say("lab.image_kept", image=name)
            return
        session.engine.remove_image(reference)
        session.record.discard(name)
        session.say("lab.image_removed", image=name)


class RegistryImageSteps(Steps):
    """What the registry holds: repositories, tags, images and their layers."""

    @step
    def catalog(self) -> Table:
        """Repositories of the registry."""
        session, client = self._session, self._session.client
        session.show(session.curl(f"{client.url}/v2/_catalog"))
        return catalog_table(self._translator, client.list_repositories())

    @step
    def tags(self, repository: str) -> Table:
        """Tags of a repository of the registry."""
        session = self._session
        client, parsed = session.resolve(repository)
        session.show(session.curl(f"{client.url}/v2/{parsed.repository}/tags/list"))
        names = client.list_tags(parsed.repository)
        tags = {name: _tagged(client, parsed.repository, name) for name in names}
        return tags_table(self._translator, tags)

    @step
    def inspect(self, reference: str) -> Table:
        """The facts of an image in the registry."""
        session = self._session
        client, parsed = session.resolve(reference)
        self._show_manifest_request(client, parsed)
        manifest = self._image_manifest(client, parsed)
        blob = f"{client.url}/v2/{parsed.repository}/blobs/{manifest.config.digest}"
        session.show(session.curl(blob))
        config = client.get_config(parsed.repository, manifest)
        return image_table(self._translator, manifest, config)

    @step
    def layers(self, reference: str) -> Table:
        """Layers of an image in the registry, oldest first, one row per layer."""
        session = self._session
        client, parsed = session.resolve(reference)
        self._show_manifest_request(client, parsed)
        manifest = self._image_manifest(client, parsed)
        config = client.get_config(parsed.repository, manifest)
        with CountBar(self._translator, "inventory.progress") as bar:
            shared = sharing(client, parsed.repository, manifest, on_count=bar)
        layers = layers_of(manifest, config)
        # Stored outputs have the numbers alone: they are compared between engines.
        return layers_table(self._translator, layers, shared, bars=somebody_looks())

    @step
    def inventory(self, *, max_age: float = 0.0) -> PagedTable:
        """Every tag of the registry, sorted, one row per tag; see `regnb.inventory`.

        What did not change since the last time is not fetched again. What was asked for less than
        `max_age` seconds ago is not even asked for. A kernel that is interrupted goes on
        where it was when the step is run again. A long table is leafed through, and searched.
        """
        client = self._session.client
        self._session.show(command("regnb", "ls", client.url))
        with CountBar(self._translator, "inventory.progress") as bar:
            frame = inventory(
                client,
                tell=lambda error: self._translator.tell(error).text,
                cache=default_path(),
                max_age=max_age,
                on_count=bar,
            )
        return PagedTable.showing(self._translator, frame)


def _tagged(client: RegistryClient, repository: str, tag: str) -> Manifest | Descriptor:
    """What is under `tag`; what the registry says of it when it is no manifest that is read."""
    try:
        return client.get_manifest(repository, tag)
    except InvalidManifest:
        return client.head_manifest(repository, tag)


def sharing(
    client: RegistryClient,
    repository: str,
    manifest: ImageManifest,
    on_count: OnCount | None = None,
) -> dict[Digest, list[str]]:
    """For each layer of `manifest`, the other images that have it, such as `w3:2.0`, sorted."""
    wanted = {layer.digest for layer in manifest.layers}
    shared: dict[Digest, set[str]] = defaultdict(set)
    for tag in tag_contents(client, beside=[repository], on_count=on_count):
        for image in tag.image_manifests:
            if image.digest != manifest.digest:
                for layer in wanted.intersection(layer.digest for layer in image.layers):
                    shared[layer].add(str(tag.name))
    return {layer: sorted(names) for layer, names in shared.items()}


def _noting_source(
    events: Iterable[Progress], translator: Translator, sentences: list[str]
) -> Iterator[Progress]:
    for event in events:
        if sentence := pulled_from(event.status, translator):
            sentences.append(sentence)
        yield event


def pulled_from(status: str, translator: Translator) -> str | None:
    """Where an image came from, when `status` tells another place than its name; else None."""
    if sample := _SAMPLE.match(status):
        reason = sample_reason(status)
        why = translator.why(reason) if reason else sample["why"]
        return translator("lab.from_samples", why=why)
    if classroom := _CLASSROOM.match(status):
        return translator("lab.from_room", host=classroom["host"])
    if mirror := _MIRROR.search(status):
        return translator("lab.from_mirror", host=mirror["host"])
    return None


def sample_reason(status: str) -> Reason | None:
    """Why a `status` says that samples are there; None when it says something else."""
    sample = _SAMPLE.match(status)
    return Reason.parse(sample["why"]) if sample else None


def _digests(digest: Digest | None, image: LocalImage | None = None) -> str:
    # Podman keeps that of an index and that of the image in it, and does not say which is which.
    known = image.repo_digests if image else ()
    digests = [digest] if digest else [name.rpartition("@")[2] for name in known]
    return " / ".join(f"`{one}`" for one in digests) or "?"
