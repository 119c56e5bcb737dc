"""The recipes of the sample images, as `images.toml` writes them, and what is made of them.

A layer is a tar made of files, and its gzip, made once and kept: what zlib makes of the same bytes
differs between its versions and those who build it, and the digest of an image depends on it. So
each gzip lies in `layers/`, under the digest of its tar (`python -m tests.embedded.samples.record`
makes those that are missing).
"""

from __future__ import annotations

import io
import tarfile
import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, Self

from regnb.embedded.samples.image_builder import BuildStep, BuiltLayer, Image, build
from regnb.oci import Digest, Manifest, Platform, parse_manifest
from regnb.oci.config import parse_time
from regnb.oci.json import Json

FOLDER = Path(__file__).parent
FILES, LAYERS = FOLDER / "files", FOLDER / "layers"
_END_OF_ARCHIVE = 2 * tarfile.BLOCKSIZE
# One time for all files: images that share a step share its layer.
_MTIME = 1_767_225_600
# How Go, Debian and Alpine call an architecture.
_NAMES = {
    "amd64": ("amd64", "amd64", "x86_64"),
    "arm": ("arm", "armhf", "armv7"),
    "arm64": ("arm64", "arm64", "aarch64"),
}
_MARKS = (b"{architecture}", b"{debian}", b"{alpine}")
LABEL = "regnb.sample"


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


@cache
def layer_of(folders: tuple[str, ...], platform: Platform) -> BuiltLayer:
    """The layer with the files below `folders`, as they are for `platform`."""
    diff_id = Digest.of(tar_of(folders, platform))
    return BuiltLayer(gzip_of(diff_id).read_bytes(), diff_id)


def gzip_of(diff_id: Digest) -> Path:
    """The file that has the gzip of the tar with this digest."""
    return LAYERS / f"{diff_id.short}.tar.gz"


def tar_of(folders: tuple[str, ...], platform: Platform) -> bytes:
    """Tar of the files below `folders`, owned by root; what starts with `#!` is executable."""
    files = {
        PurePosixPath(path.relative_to(FILES / folder).as_posix()): _filled_in(path, platform)
        for folder in folders
        for path in (FILES / folder).rglob("*")
        if path.is_file()
    }
    parents = {parent for path in files for parent in path.parents if parent.name}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in sorted(parents | files.keys()):
            tar.addfile(_member(path, files.get(path)), io.BytesIO(files.get(path, b"")))
        end = tar.offset
    # Without the zeros up to a record of 10,240 bytes, which would make all small layers equal.
    return buffer.getvalue()[: end + _END_OF_ARCHIVE]


def _filled_in(path: Path, platform: Platform) -> bytes:
    content = path.read_bytes()
    for mark, name in zip(_MARKS, _NAMES[platform.architecture], strict=True):
        content = content.replace(mark, name.encode())
    return content


def _member(path: PurePosixPath, content: bytes | None) -> tarfile.TarInfo:
    member = tarfile.TarInfo(str(path))
    member.mtime = _MTIME
    if content is None:
        member.type, member.mode = tarfile.DIRTYPE, 0o755
    else:
        member.size = len(content)
        member.mode = 0o755 if content.startswith(b"#!") else 0o644
    return member


@dataclass(slots=True)
class Sample:
    """A sample image: what its tags point to, and all contents by their digest."""

    top: Manifest
    contents: dict[Digest, bytes] = field(default_factory=dict)


def sample_of(recipe: Recipe) -> Sample:
    """The sample image of `recipe`."""
    name = f"{recipe.repository.rpartition('/')[2]}@{recipe.version}"
    images = (_image(recipe, platform) for platform in recipe.platforms)
    top, contents = build(name, images, docker_media_types=recipe.docker_media_types)
    return Sample(parse_manifest(contents.blobs[top.digest], top.media_type), contents.blobs)


def _image(recipe: Recipe, platform: Platform) -> Image:
    created = recipe.created.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Image(
        platform=platform,
        created=created,
        execution=_execution(recipe),
        steps=tuple(
            BuildStep(step.created_by, layer_of(step.files, platform) if step.files else None)
            for step in recipe.steps
        ),
        annotations={
            "org.opencontainers.image.created": created,
            "org.opencontainers.image.version": recipe.version,
            LABEL: "true",
        },
    )


def _execution(recipe: Recipe) -> Json:
    return {
        "ExposedPorts": {port: {} for port in recipe.ports},
        "Env": recipe.environment,
        "Entrypoint": recipe.entrypoint,
        "Cmd": recipe.command,
        "Volumes": {folder: {} for folder in recipe.volumes},
        "WorkingDir": "/",
        "Labels": recipe.labels | {LABEL: "true"},
        "StopSignal": recipe.stop_signal,
    }
