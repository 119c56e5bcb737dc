"""A cache of another registry: what is asked for and not here is fetched, kept, then answered.

A tag can move, so the upstream is asked for it each time, and the cache answers when the upstream
does not. A digest cannot: what is here is answered without asking. Nothing is answered before its
digest was verified.

https://distribution.github.io/distribution/recipes/mirror/
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from threading import Lock
from typing import Protocol

from regnb.errors import NotFound, RegnbError
from regnb.oci import Descriptor, Digest, Manifest
from regnb.oci.media_types import ACCEPTED_MANIFESTS
from regnb.server.request_parts import is_digest
from regnb.server.storage_interface import NewManifest, Repository, StorageFull, UpstreamFailed

logger = logging.getLogger(__name__)


class UpstreamClient(Protocol):
    """What is asked of the registry that is cached; `regnb.registry.RegistryClient` is one.

    All its methods raise NotFound for what is not there, and RegnbError for what fails.
    """

    def head_manifest(self, repository: str, reference: str) -> Descriptor:
        """Media type, digest and size of a manifest."""

    def get_manifest(self, repository: str, reference: str) -> Manifest:
        """A manifest, verified."""

    def stream_blob(self, repository: str, digest: str) -> Iterable[bytes]:
        """A blob in blocks; raises DigestMismatch after the last one when they are wrong."""

    def list_tags(self, repository: str) -> list[str]:
        """All tags."""


class PullThrough:
    """Brings contents from `upstream` into a repository of the cache."""

    def __init__(self, upstream: UpstreamClient) -> None:
        self._upstream = upstream
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)

    def bring_manifest(self, repository: Repository, reference: str) -> None:
        """Have the manifest here, if upstream has it; raises UpstreamFailed."""
        here = repository.tag_index().find(reference)
        if here and is_digest(reference):
            return
        try:
            if here and self._is_still(repository.name, reference, here.digest):
                return
            manifest = self._upstream.get_manifest(repository.name, reference)
        except NotFound:
            return
        except RegnbError as error:
            if here is None:
                raise UpstreamFailed(str(error)) from error
            name = f"{repository.name}:{reference}"
            logger.warning("%s is answered from the cache: %s", name, error)
            return
        self._keep(repository, reference, manifest)

    def bring_blob(self, repository: Repository, digest: Digest) -> None:
        """Have the blob here, if upstream has it; raises UpstreamFailed."""
        with self._locks[digest]:
            if repository.blob_size(digest) is not None:
                return
            upload = repository.start_upload(digest.algorithm)
            try:
                upload.append(self._upstream.stream_blob(repository.name, digest))
                upload.finish(digest)
            except NotFound:
                return
            except StorageFull:
                raise
            except RegnbError as error:
                raise UpstreamFailed(str(error)) from error
            finally:
                upload.cancel()
        self._locks.pop(digest, None)

    def tags(self, repository: Repository) -> list[str]:
        """Sorted tags of upstream; those of the cache when it does not answer."""
        try:
            return sorted(self._upstream.list_tags(repository.name))
        except NotFound:
            return []
        except RegnbError:
            return repository.tag_index().sorted_tags

    def _is_still(self, repository: str, tag: str, digest: Digest) -> bool:
        try:
            return self._upstream.head_manifest(repository, tag).digest == digest
        except NotFound:
            return False

    def _keep(self, repository: Repository, reference: str, manifest: Manifest) -> None:
        if manifest.media_type not in ACCEPTED_MANIFESTS:
            raise UpstreamFailed(f"{reference} is no manifest that can be cached.")
        by_digest = is_digest(reference)
        digest = Digest(reference) if by_digest else manifest.digest
        tags = () if by_digest else (reference,)
        new = NewManifest(manifest.content, digest, manifest.media_type, tags, frozenset())
        repository.put_manifest(new)
