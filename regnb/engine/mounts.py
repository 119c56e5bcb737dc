"""What a container sees of volumes and folders, as the SDK wants it."""

from __future__ import annotations

from collections.abc import Mapping


def mounts_of(volumes: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Mounts for `volumes`: sources with the path in the container, as `/certs` or `/certs:ro`."""
    parts = {source: target.partition(":") for source, target in volumes.items()}
    return {
        source: {"bind": path, "mode": mode or "rw"} for source, (path, _, mode) in parts.items()
    }


def is_path(source: str) -> bool:
    """Whether `source` is a path of the engine's machine, and not the name of a volume."""
    return bool(set(source) & {"/", "\\"})
