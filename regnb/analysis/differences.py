"""How registries differ in deleting and collecting, and how the one at hand behaves.

Each row of `DIFFERENCES` is a behaviour, with what each registry does about it: Distribution 2.8
and regnb's own as tests of this project see them, Distribution 3 as its source says (v3.1.1).
`observe` finds out what a registry does, by doing it in a repository of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.error import HTTPError
from urllib.request import urlopen

from regnb.errors import RegistryError, Unsupported
from regnb.oci import Digest, media_types
from regnb.registry import RegistryClient

Kind = Literal["distribution_2", "distribution_3", "regnb"]
REPOSITORY = "regnb/probe"
_LAYER, _UNFINISHED = b"a layer", b"a layer of a push that is not finished"


@dataclass(frozen=True, slots=True)
class Difference:
    """A behaviour: what each kind of registry does, in words that views translate."""

    behaviour: str
    distribution_2: str
    distribution_3: str
    regnb: str

    def of(self, kind: Kind) -> str:
        """What `kind` does."""
        return {
            "distribution_2": self.distribution_2,
            "distribution_3": self.distribution_3,
            "regnb": self.regnb,
        }[kind]


DIFFERENCES = (
    Difference("delete_tag", "refused", "tag_alone", "tag_alone"),
    Difference("tags_of_nothing", "null", "null", "empty_list"),
    Difference("name_in_catalog", "stays", "stays", "goes"),
    Difference("remembers_blobs", "until_restart", "until_restart", "sees_at_once"),
    Difference("push_meanwhile", "broken", "broken", "whole"),
)


def observe(client: RegistryClient, collect: Callable[[], object]) -> dict[str, str]:
    """What a registry that deletes does, by behaviour; `collect` collects while it runs."""
    return dict(_observed(client, collect))


def _observed(client: RegistryClient, collect: Callable[[], object]) -> Iterator[tuple[str, str]]:
    digest = _push(client, _LAYER)
    yield "delete_tag", _delete_tag(client)
    client.delete_manifest(REPOSITORY, digest)
    yield "tags_of_nothing", _tags_of_nothing(client)
    is_listed = REPOSITORY in client.list_repositories()
    yield "name_in_catalog", "stays" if is_listed else "goes"
    unfinished = client.put_blob(REPOSITORY, _UNFINISHED)
    collect()
    remembers = client.blob_exists(REPOSITORY, Digest.of(_LAYER))
    yield "remembers_blobs", "until_restart" if remembers else "sees_at_once"
    yield "push_meanwhile", _finish(client, unfinished)


def _delete_tag(client: RegistryClient) -> str:
    try:
        client.delete_tag(REPOSITORY, "1.0")
    except Unsupported:
        return "refused"
    return "tag_alone"


def _tags_of_nothing(client: RegistryClient) -> str:
    try:
        with urlopen(f"{client.url}/v2/{REPOSITORY}/tags/list") as answer:  # noqa: S310 - http
            tags = json.load(answer)["tags"]
    except HTTPError:
        return "unknown_repository"
    return "null" if tags is None else "empty_list"


def _finish(client: RegistryClient, layer: Digest) -> str:
    """What becomes of the push of `layer`, which was sent before the collection."""
    try:
        _push(client, _UNFINISHED, send_layer=False)
    except RegistryError:
        return "refused"
    try:
        return "whole" if client.get_blob(REPOSITORY, layer) == _UNFINISHED else "broken"
    except RegistryError:
        return "broken"


def _push(client: RegistryClient, layer: bytes, *, send_layer: bool = True) -> Digest:
    """The digest of a small image: of Docker's types, which every registry knows."""
    config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers"}})
    client.put_blob(REPOSITORY, config.encode())
    if send_layer:
        client.put_blob(REPOSITORY, layer)
    manifest = {
        "schemaVersion": 2,
        "mediaType": media_types.DOCKER_MANIFEST,
        "config": _descriptor(media_types.DOCKER_CONFIG, config.encode()),
        "layers": [_descriptor(media_types.DOCKER_LAYER_GZIP, layer)],
    }
    content = json.dumps(manifest).encode()
    return client.put_manifest(REPOSITORY, "1.0", content, media_type=media_types.DOCKER_MANIFEST)


def _descriptor(media_type: str, content: bytes) -> dict[str, object]:
    return {"mediaType": media_type, "size": len(content), "digest": Digest.of(content)}
