"""Checks and questions of chapter 06."""

from __future__ import annotations

from regnb.analysis.stored_files import read_store
from regnb.checks.checked_lab import CheckedLab, tagged
from regnb.checks.definitions import NOT_ATTEMPTED, PASSED, Outcome, check, failed, question
from regnb.inventory import tag_contents
from regnb.oci import Digest, ImageManifest

STORE = "/var/lib/registry"
NEWEST = {"1.10", "1.11", "1.12"}
LAST_OF_THE_ALPHABET = {"1.12", "1.8", "1.9"}

question("06-why-off", "slow", "lost", "broken", right="lost")
question("06-which-tags", "one", "both", "all", right="both", prediction=True)
question("06-space", "yes", "no", right="no")


@check("06-builds")
def builds(lab: CheckedLab) -> Outcome:
    """Whether the registry holds the builds that the exercises start from."""
    return PASSED if tagged(lab, "app") and tagged(lab, "tool") else NOT_ATTEMPTED


@check("06-room", after=("06-builds",))
def room(lab: CheckedLab) -> Outcome:
    """Whether `shop:1.0` is deleted, and nothing that no tag reaches is on the disk."""
    if tagged(lab, "shop"):
        return NOT_ATTEMPTED
    left = _blobs_on_disk(lab) - _reached(lab)
    return failed("not_collected", count=len(left)) if left else PASSED


@check("06-tag-alone", after=("06-builds",))
def tag_alone(lab: CheckedLab) -> Outcome:
    """Whether `app` has the tag `1.12` and no tag `latest`."""
    found = tagged(lab, "app")
    if "1.12" not in found:
        return failed("both_gone")
    if "latest" not in found:
        return PASSED
    if found["latest"].digest == found["1.12"].digest:
        return NOT_ATTEMPTED
    return failed("moved")


@check("06-retention", after=("06-builds",))
def retention(lab: CheckedLab) -> Outcome:
    """Whether the newest three tags of each repository are left, and their images are whole."""
    left, tools = tagged(lab, "app"), tagged(lab, "tool")
    if {"1.8", "1.9"} | NEWEST <= set(left) and len(tools) == 2:
        return NOT_ATTEMPTED
    if len(tools) < 2:
        return failed("tool_touched")
    if set(left) - {"latest"} == LAST_OF_THE_ALPHABET:
        return failed("alphabet")
    if not set(left) >= NEWEST:
        return failed("too_few", tags=", ".join(sorted(NEWEST - set(left))))
    if len(set(left) - {"latest"}) > len(NEWEST):
        return failed("too_many", tags=", ".join(sorted(set(left) - NEWEST)))
    return PASSED if all(_is_whole(lab, "app", tag) for tag in left) else failed("broken")


def _is_whole(lab: CheckedLab, repository: str, tag: str) -> bool:
    manifest = lab.client.get_manifest(repository, tag)
    if not isinstance(manifest, ImageManifest):
        return True
    blobs = (manifest.config, *manifest.layers)
    return all(lab.client.blob_exists(repository, blob.digest) for blob in blobs)


def _blobs_on_disk(lab: CheckedLab) -> set[Digest]:
    name = next(item.name for item in lab.own_containers() if item.is_running)
    files = read_store(lab.engine.archive(name, STORE))
    return {file.digest for file in files if file.kind == "blob" and file.digest}


def _reached(lab: CheckedLab) -> set[Digest]:
    return {digest for tag in tag_contents(lab.client) for digest in tag.contents()}
