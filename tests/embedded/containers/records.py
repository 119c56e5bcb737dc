"""Containers as the engine writes them down, in tests."""

from __future__ import annotations

from typing import Any

from regnb.embedded.containers.record import ContainerRecord, Mount


def record(*command: str, mounts: tuple[Mount, ...] = (), **config: Any) -> ContainerRecord:
    """A container that runs `command`."""
    return ContainerRecord(
        id="ab" * 32,
        name="registry",
        created="2026-01-01T00:00:00.000000Z",
        image="registry:2",
        image_id=f"sha256:{'cd' * 32}",
        config={"Cmd": list(command), **config},
        host_config={},
        mounts=list(mounts),
        address="",
        endpoint="ef" * 32,
    )
