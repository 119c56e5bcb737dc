"""Builds of an image, as a team pushes them day after day, to practise retention on.

Each has the layers of its source and a small one of its own. Nothing comes from a clock, so the
same source gives the same builds.
"""

from __future__ import annotations

import io
import json
import struct
import tarfile
import zlib
from datetime import UTC, datetime, timedelta

from regnb.lab.steps import Steps, step
from regnb.oci import Descriptor, Digest, ImageManifest, media_types
from regnb.oci.json import as_list, as_object, json_object
from regnb.registry import RegistryClient
from regnb.registry.copying import RegistryRepository

# https://www.rfc-editor.org/rfc/rfc1952#section-2.3, without a time and of no known system.
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
FIRST_DAY = datetime(2026, 6, 1, 8, tzinfo=UTC)
LAST_BUILD = 12


class BuildSteps(Steps):
    """The step that plays a team."""

    @step
    def make_builds(self, source: str, repository: str, *, count: int) -> None:
        """Push `count` builds of the image `source` to `repository`, one day after the other."""
        session = self._session
        client, parsed = session.resolve(source)
        manifest = self._image_manifest(client, parsed)
        made = push_builds(client, parsed.repository, manifest, repository, count=count)
        tag, newest = list(made.items())[-1]  # the others are pushed in the same way
        url = f"{session.client.url}/v2/{repository}/manifests/{tag}"
        kind = f"Content-Type: {newest.media_type}"
        words = ["--request", "PUT", "--header", kind, "--data-binary", "@FILE"]
        session.show(session.curl(url, *words))
        names = ", ".join(f"`{repository}:{tag}`" for tag in made)
        session.say("keeping.builds_made", names=names)


def push_builds(
    client: RegistryClient, source: str, manifest: ImageManifest, repository: str, *, count: int
) -> dict[str, Descriptor]:
    """Push `count` builds of the image `manifest` in the repository `source` to `repository`.

    Their manifests by tag, the oldest first. The tags are `1.9` to `1.12` for four: in the order of
    numbers, which is not that of letters.
    """
    here, target = RegistryRepository(client, source), RegistryRepository(client, repository)
    for blob in manifest.layers:
        target.take(blob, here, lambda _: None)
    numbers = range(LAST_BUILD - count + 1, LAST_BUILD + 1)
    config = client.get_blob(source, manifest.config.digest)
    return {
        f"1.{number}": _push(client, repository, manifest, config, number) for number in numbers
    }


def _push(
    client: RegistryClient, repository: str, source: ImageManifest, base: bytes, number: int
) -> Descriptor:
    tar = _layer(f"{repository} 1.{number}\n".encode())
    layer = _gzip(tar)
    config = json_object(base)
    created = (FIRST_DAY + timedelta(days=number)).isoformat().replace("+00:00", "Z")
    config["created"] = created
    rootfs = as_object(config["rootfs"], "rootfs")
    rootfs["diff_ids"] = [*as_list(rootfs.get("diff_ids"), "diff_ids"), Digest.of(tar)]
    step = {"created": created, "created_by": f"RUN build 1.{number}"}
    config["history"] = [*as_list(config.get("history"), "history"), step]
    content = json.dumps(config).encode()
    fields = json_object(source.content)
    of_docker = source.media_type == media_types.DOCKER_MANIFEST
    kind = media_types.DOCKER_LAYER_GZIP if of_docker else media_types.OCI_LAYER_GZIP
    fields["config"] = _descriptor(client, repository, source.config.media_type, content)
    fields["layers"] = [
        *as_list(fields["layers"], "layers"),
        _descriptor(client, repository, kind, layer),
    ]
    made = json.dumps(fields).encode()
    kind = source.media_type
    digest = client.put_manifest(repository, f"1.{number}", made, media_type=kind)
    return Descriptor(kind, digest, len(made))


def _descriptor(client: RegistryClient, repository: str, media_type: str, content: bytes) -> object:
    """The descriptor of `content`, which is pushed."""
    digest = client.put_blob(repository, content)
    return Descriptor(media_type, digest, len(content)).to_json()


def _layer(content: bytes) -> bytes:
    """A tar with one file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("build.txt")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def _gzip(content: bytes) -> bytes:
    """A gzip that is the same in every Python and zlib: one stored block, up to 65,535 bytes.

    https://www.rfc-editor.org/rfc/rfc1951#section-3.2.4
    """
    size = len(content)
    block = struct.pack("<BHH", True, size, size ^ 0xFFFF) + content
    return _GZIP_HEADER + block + struct.pack("<II", zlib.crc32(content), size)
