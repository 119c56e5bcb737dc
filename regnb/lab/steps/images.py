"""Steps with the images of an engine."""

from __future__ import annotations

from regnb.lab.images import engine
from regnb.lab.show import command
from regnb.lab.steps.base import Steps
from regnb.lab.telling import told
from regnb.oci import ImageReference
from regnb.tables import Table, images_table


class ImageSteps(Steps):
    """Pull, tag, push and remove."""

    @told
    def pull(self, reference: str) -> None:
        """Pull an image from the registry that its name says; Docker Hub when it says none."""
        parsed = ImageReference.parse(reference)
        self._session.show(command("docker", "image", "pull", reference))
        engine.pull(self._session, parsed)

    @told
    def images(self) -> Table:
        """Images of the engine, one row per tag."""
        self._session.show(command("docker", "image", "ls"))
        return images_table(self._session.translator, self._session.engine.images())

    @told
    def tag(self, source: str, target: str) -> None:
        """Give the image `source` the further name `target`."""
        names = ImageReference.parse(source), ImageReference.parse(target)
        self._session.show(command("docker", "image", "tag", source, target))
        engine.tag(self._session, *names)

    @told
    def push(self, reference: str) -> None:
        """Push an image to the registry that its name says."""
        parsed = ImageReference.parse(reference)
        self._session.show(command("docker", "image", "push", reference))
        engine.push(self._session, parsed)

    @told
    def remove_image(self, *references: str) -> None:
        """Remove names of images from the engine, not from a registry."""
        for reference in references:
            parsed = ImageReference.parse(reference)
            self._session.show(command("docker", "image", "rm", reference))
            engine.remove(self._session, parsed)
