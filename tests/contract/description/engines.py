"""The engines that are asked: one of ours, and Docker's own; both are thrown away afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import docker

from regnb.engine.embedded import background
from regnb.engine.embedded.background import Place
from regnb.engine.embedded.home import Home
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
        images = {
            name: b"".join(client.images.pull(name).save(named=True)) for name in (REGISTRY, NGINX)
        }
    with throw_away("empty") as made:
        endpoint = made.engine.endpoint
        with closing(docker.DockerClient(base_url=endpoint, version="auto")) as client:
            yield Subject(client, Path(endpoint.removeprefix("unix://")), images)
