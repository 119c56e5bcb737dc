"""A cache of another registry: what is asked for and not here is fetched, kept, then answered.

A tag can move, so the upstream is asked for it each time, and the cache answers when the upstream
does not. A digest cannot: what is here is answered without asking. Nothing is answered before its
digest was verified.

https://distribution.github.io/distribution/recipes/mirror/
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Iterator
from threading import Lock

import urllib3
from urllib3.exceptions import HTTPError

from regnb.errors import DigestMismatch
from regnb.oci import Digest
from regnb.oci.media_types import ACCEPTED_MANIFESTS
from regnb.server.configuration import UpstreamConfig
from regnb.server.request_parts import BLOCK, MAX_MANIFEST, is_digest
from regnb.server.storage_interface import NewManifest, Repository, UpstreamFailed
from regnb.server.upstream import UpstreamClient

logger = logging.getLogger(__name__)

ACCEPT = {"Accept": ", ".join(ACCEPTED_MANIFESTS)}


class PullThrough:
    """Brings contents from upstream into a repository of the cache."""

    def __init__(self, config: UpstreamConfig) -> None:
        self._client = UpstreamClient(config)
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)

    def bring_manifest(self, repository: Repository, reference: str) -> None:
        """Have the manifest here, if upstream has it; raises UpstreamFailed."""
        here = repository.tag_index().find(reference)
        if here and is_digest(reference):
            return
        path = f"/v2/{repository.name}/manifests/{reference}"
        try:
            if here and self._is_still(path, here.digest):
                return
            answer = self._client.ask("GET", path, ACCEPT)
        except UpstreamFailed as error:
            if here is None:
                raise
            logger.warning("%s is answered from the cache: %s", path, error)
            return
        if answer is not None:
            self._keep(repository, reference, answer)

    def bring_blob(self, repository: Repository, digest: Digest) -> None:
        """Have the blob here, if upstream has it; raises UpstreamFailed."""
        with self._locks[digest]:
            if repository.blob_size(digest) is not None:
                return
            answer = self._client.ask("GET", f"/v2/{repository.name}/blobs/{digest}")
            if answer is None:
                return
            upload = repository.start_upload(digest.algorithm)
            try:
                upload.append(_blocks_of(answer))
                upload.finish(digest)
            except DigestMismatch as error:
                raise UpstreamFailed(f"The content of {digest} is another one.") from error
            finally:
                upload.cancel()
                answer.release_conn()
        self._locks.pop(digest, None)

    def tags(self, repository: Repository) -> list[str]:
        """Sorted tags of upstream; those of the cache when it does not answer."""
        try:
            answer = self._client.ask("GET", f"/v2/{repository.name}/tags/list")
            tags = json.loads(answer.data)["tags"] if answer else []
        except (UpstreamFailed, HTTPError, ValueError, KeyError, TypeError):
            return repository.tag_index().sorted_tags
        return sorted(str(tag) for tag in tags or [])

    def _is_still(self, path: str, digest: Digest) -> bool:
        answer = self._client.ask("HEAD", path, ACCEPT)
        return answer is not None and answer.headers.get("Docker-Content-Digest") == digest

    def _keep(
        self, repository: Repository, reference: str, answer: urllib3.BaseHTTPResponse
    ) -> None:
        content = b"".join(_blocks_of(answer))
        media_type = answer.headers.get("Content-Type", "").partition(";")[0]
        by_digest = is_digest(reference)
        digest = Digest(reference) if by_digest else Digest.of(content)
        try:
            digest.verify(content)
        except DigestMismatch as error:
            raise UpstreamFailed(f"The content of {digest} is another one.") from error
        if media_type not in ACCEPTED_MANIFESTS or len(content) > MAX_MANIFEST:
            raise UpstreamFailed(f"{reference} is no manifest that can be cached.")
        tags = () if by_digest else (reference,)
        repository.put_manifest(NewManifest(content, digest, media_type, tags, frozenset()))


def _blocks_of(answer: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    try:
        yield from answer.stream(BLOCK, decode_content=False)
    except HTTPError as error:
        raise UpstreamFailed(f"The connection to the upstream broke: {error}.") from error
