"""The engines that are asked: one of ours, and Docker's own; both are thrown away afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import docker
from docker.errors import ImageNotFound

from regnb.embedded import background
from regnb.embedded.background import Place
from regnb.embedded.home import Home
from tests.contract.description.content import NGINX, REGISTRY, Subject
from tests.realparts.throwaway import throw_away


@contextmanager
def embedded(folder: Path) -> Iterator[Subject]:
    """An embedded engine with the samples."""
    place = Place(folder / "run" / "engine.sock", Home(folder / "home"), "samples")
    background.start(place)
    try:
        with closing(docker.DockerClient(base_url=place.endpoint, version="auto")) as client:
            yield Subject(client, place.socket)
    finally:
        background.stop(place)


@contextmanager
def dockerd() -> Iterator[Subject]:
    """A real engine with the images of the one at hand, whose things requests may not reach."""
    with closing(docker.from_env()) as client:
        images = {name: saved(client, name) for name in (REGISTRY, NGINX)}
    with throw_away("empty") as made:
        endpoint = made.engine.endpoint
        with closing(docker.DockerClient(base_url=endpoint, version="auto")) as client:
            yield Subject(client, Path(endpoint.removeprefix("unix://")), images)


def saved(client: docker.DockerClient, name: str) -> bytes:
    """A tar of the image `name`, which is on the engine afterwards only if it was before."""
    with suppress(ImageNotFound):
        return b"".join(client.images.get(name).save(named=True))
    image = client.images.pull(name)
    try:
        return b"".join(image.save(named=True))
    finally:
        client.images.remove(name)
