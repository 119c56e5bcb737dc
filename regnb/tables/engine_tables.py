"""Images and containers of an engine, and what a check of this machine found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from regnb.engine import Container, LocalImage, PublishedPort
from regnb.i18n import Translator
from regnb.tables.table import Table

IMAGES = {
    "repository": "str",
    "tag": "str",
    "image_id": "str",
    "created": "datetime64[us, UTC]",
    "size_bytes": "int64",
}
CONTAINERS = {
    "name": "str",
    "container_id": "str",
    "image": "str",
    "state": "str",
    "ports": "object",
    "created": "datetime64[us, UTC]",
}
FINDINGS = {"check": "str", "state": "str", "finding": "str", "mend": "str"}


def images_table(translator: Translator, images: Iterable[LocalImage]) -> Table:
    """Images of the engine, one row per tag, sorted by name.

    Columns: repository and tag (str), image_id (str, whole), created (UTC), size_bytes (int, as
    the engine counts it: unpacked for the classic store).
    """
    rows = [
        {
            "repository": image.name,
            "tag": image.tag,
            "image_id": image.image_id,
            "created": image.created,
            "size_bytes": image.size,
        }
        for image in sorted(images, key=lambda image: (image.name, image.tag))
    ]
    return Table.of(translator, rows, columns=IMAGES)


def containers_table(translator: Translator, containers: Iterable[Container]) -> Table:
    """Containers, also stopped ones, sorted by name.

    Columns: name, container_id, image, state (str), ports (list of str such as
    `127.0.0.1:5000->5000/tcp`), created (UTC).
    """
    rows = [
        {
            "name": container.name,
            "container_id": container.container_id,
            "image": container.image,
            "state": container.state,
            "ports": [_arrow(port) for port in container.ports],
            "created": container.created,
        }
        for container in sorted(containers, key=lambda container: container.name)
    ]
    return Table.of(translator, rows, columns=CONTAINERS)


def _arrow(port: PublishedPort) -> str:
    return f"{port.host_ip}:{port.host_port}->{port.container_port}/{port.protocol}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked; all texts but `level` are in the language of the reader.

    `level` is `good`, `note` or `bad`; `mend` is empty when there is nothing to do.
    """

    check: str
    level: str
    state: str
    finding: str
    mend: str = ""


def findings_table(translator: Translator, findings: Iterable[Finding]) -> Table:
    """One row per check: check, state, finding and mend (str; mend is empty when all is well)."""
    rows = [{name: getattr(finding, name) for name in FINDINGS} for finding in findings]
    return Table.of(translator, rows, columns=FINDINGS)
