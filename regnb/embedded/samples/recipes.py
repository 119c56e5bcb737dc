"""The recipes of the sample images, as `images.toml` writes them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Self

from regnb.oci import Platform
from regnb.oci.config import parse_time


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction of a build, and the folders of files it added."""

    created_by: str
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a sample image is made of."""

    repository: str
    version: str
    tags: tuple[str, ...]
    created: datetime
    platforms: tuple[Platform, ...]
    steps: tuple[Instruction, ...]
    docker_media_types: bool = False
    entrypoint: list[str] | None = None
    command: list[str] | None = None
    environment: list[str] = field(default_factory=list)
    ports: list[str] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    stop_signal: str = ""

    @classmethod
    def from_toml(cls, table: dict[str, Any]) -> Self:
        """Recipe as a table of `images.toml`."""
        created = parse_time(table.pop("created"))
        if created is None:
            raise ValueError(f"`{table['repository']}` has no valid time of creation.")
        steps = (
            Instruction(step["created_by"], tuple(step.get("files", ()))) for step in table["steps"]
        )
        return cls(
            **table
            | {
                "created": created,
                "tags": tuple(table["tags"]),
                "platforms": tuple(Platform.parse(text) for text in table["platforms"]),
                "steps": tuple(steps),
            }
        )


@cache
def recipes() -> tuple[Recipe, ...]:
    """All sample images."""
    text = Path(__file__).with_name("images.toml").read_text("utf-8")
    return tuple(Recipe.from_toml(table) for table in tomllib.loads(text)["images"])
