"""How the registry at hand deletes and collects, tried on a throw-away one of the same image."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from regnb.analysis.differences import Kind, observe
from regnb.engine import Container
from regnb.engine.ports import choose_port
from regnb.lab.registry.garbage import config_of
from regnb.lab.registry.running import wait_until_it_answers
from regnb.lab.registry.settings import storage_settings
from regnb.lab.session import REGISTRY_PORT, Session
from regnb.oci import ImageReference
from regnb.registry import RegistryClient

PROBE = "registry-probe"
_MAJOR = re.compile(r"distribution v?(\d+)\.")


def version_of(session: Session, container: Container) -> str:
    """What the program of the registry in `container` says that it is."""
    image = ImageReference.parse(container.image)
    return session.engine.run_to_end(image, ["--version"], labels=session.labels)[1].strip()


def kind_of(version: str) -> Kind:
    """Which of the registries of the table says `version` of itself."""
    match = _MAJOR.search(version)
    if match is None:
        return "regnb"
    return "distribution_3" if int(match[1]) >= 3 else "distribution_2"


def observed(session: Session, container: Container) -> dict[str, str]:
    """What a new registry of the image of `container` does, by behaviour; nothing is left of it."""
    image = ImageReference.parse(container.image)
    words = ["garbage-collect", config_of(session, container)]
    with _probe(session, image) as (name, client):
        return observe(
            client,
            lambda: session.engine.run_to_end(
                image, words, volumes_from=name, labels=session.labels
            ),
        )


@contextmanager
def _probe(session: Session, image: ImageReference) -> Iterator[tuple[str, RegistryClient]]:
    name, port = f"{PROBE}-{session.lab}", choose_port().port
    if session.engine.container(name):  # of a run that was killed
        session.engine.remove_container(name)
    session.engine.run_container(
        image,
        name=name,
        host_port=port,
        container_port=REGISTRY_PORT,
        labels=session.labels,
        environment=storage_settings(delete=True).environment,
    )
    try:
        client = RegistryClient(f"http://localhost:{port}")
        wait_until_it_answers(client)
        yield name, client
    finally:
        session.engine.remove_container(name)
