"""Checks and questions of chapter 03."""

from __future__ import annotations

import io
import tarfile
import zlib

from regnb.checks.checked_lab import CheckedLab, image_in, tagged
from regnb.checks.definitions import NOT_ATTEMPTED, PASSED, Outcome, check, failed, question
from regnb.oci import Digest, ImageManifest

question("03-two-digests", "error", "wrapping", "algorithm", right="wrapping")
question("03-order", "manifest", "blobs", "any", right="blobs")
question("03-copied", "twice", "nothing", "manifest", right="nothing", prediction=True)

NOTE = b"bonjour"
FILE, WHITEOUT = "hello/es.txt", "hello/.wh.fr.txt"
_MAX_LAYER = 1 << 24  # bytes: a learner's few files, never a bomb
_GZIP = b"\x1f\x8b"


@check("03-hello")
def hello(lab: CheckedLab) -> Outcome:
    """Whether the registry holds `hello:1.0`, which the lesson pushes by hand."""
    return PASSED if "1.0" in tagged(lab, "hello") else NOT_ATTEMPTED


@check("03-second-tag", after=("03-hello",))
def second_tag(lab: CheckedLab) -> Outcome:
    """Whether `hello:stable` is, byte for byte, the manifest of `hello:1.0`."""
    one, stable = image_in(lab, "hello", "1.0"), image_in(lab, "hello", "stable")
    if stable is None or one is None:
        return NOT_ATTEMPTED
    if stable.digest != one.digest:
        same_layers = [layer.digest for layer in one.layers] == [
            layer.digest for layer in stable.layers
        ]
        return failed("other_bytes" if same_layers else "other_image")
    return PASSED


@check("03-note")
def note(lab: CheckedLab) -> Outcome:
    """Whether the repository `notes` has the blob of seven bytes."""
    client = lab.client
    if client.blob_exists("notes", Digest.of(NOTE)):
        return PASSED
    if client.blob_exists("notes", Digest.of(NOTE + b"\n")):
        return failed("line_end", size=len(NOTE) + 1, wanted=len(NOTE))
    if client.blob_exists("hello", Digest.of(NOTE)):
        return failed("other_repository")
    return NOT_ATTEMPTED


@check("03-two-layers", after=("03-hello",))
def two_layers(lab: CheckedLab) -> Outcome:
    """Whether `hello:2.0` is `hello:1.0` and one more layer, which adds a file and hides one."""
    one, two = image_in(lab, "hello", "1.0"), image_in(lab, "hello", "2.0")
    if two is None or one is None:
        return NOT_ATTEMPTED
    if len(two.layers) != 2:
        return failed("layers", count=len(two.layers))
    if two.layers[0].digest != one.layers[0].digest:
        return failed("other_base")
    tars = [_tar(lab, two, number) for number in range(2)]
    if lab.client.get_config("hello", two).diff_ids != tuple(map(Digest.of, tars)):
        return failed("diff_ids")
    names = _names(tars[1])
    if FILE not in names:
        return failed("no_file", found=", ".join(f"`{name}`" for name in names) or "∅")
    return PASSED if WHITEOUT in names else failed("not_deleted")


def _tar(lab: CheckedLab, image: ImageManifest, number: int) -> bytes:
    """Layer `number` of `image`, unpacked as far as a layer of this exercise is long."""
    content = lab.client.get_blob("hello", image.layers[number].digest)
    if not content.startswith(_GZIP):
        return content
    try:
        return zlib.decompressobj(wbits=31).decompress(content, _MAX_LAYER)
    except zlib.error:
        return b""


def _names(tar: bytes) -> list[str]:
    try:
        with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
            return [name.removeprefix("./") for name in archive.getnames()]
    except tarfile.TarError:
        return []
