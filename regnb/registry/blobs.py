"""Blobs: configs and layers, by digest.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-blobs
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

from regnb.errors import BlobNotFound, InvalidAnswer, NotFound
from regnb.oci import Digest, Hasher, ImageConfig, ImageManifest
from regnb.registry.session import Session
from regnb.registry.transport import Request, Response


class BlobMethods(Session):
    """The methods of the client about blobs."""

    def blob_exists(self, repository: str, digest: str) -> bool:
        """Whether `repository` holds the blob."""
        request = self._blob_request("HEAD", repository, digest)
        try:
            self._exchange(request, 200, missing=BlobNotFound).close()
        except NotFound:
            return False
        return True

    def get_blob(self, repository: str, digest: str) -> bytes:
        """The whole blob, verified: for configs and other small ones. Raises as `stream_blob`."""
        return b"".join(self.stream_blob(repository, digest))

    def fetch_blob(self, repository: str, digest: str, *, limit: int) -> bytes | None:
        """The whole blob, verified; None when it is larger than `limit` bytes.

        For thousands of configs: no streams in between. Raises as `stream_blob`.
        """
        expected = Digest(digest)
        request = self._blob_request("GET", repository, expected)
        with self._exchange(request, 200, missing=BlobNotFound) as response:
            content = response.read(limit + 1)
        if len(content) > limit:
            return None
        expected.verify(content)
        return content

    def get_config(self, repository: str, manifest: ImageManifest) -> ImageConfig:
        """The config that `manifest` points to; raises as `stream_blob`, or InvalidManifest."""
        return ImageConfig.parse(self.get_blob(repository, manifest.config.digest))

    def stream_blob(
        self, repository: str, digest: str, *, start: int = 0, hasher: Hasher | None = None
    ) -> Generator[bytes]:
        """The blob from its byte `start` on, in blocks; nothing is sent before the first is asked.

        To resume, `hasher` is one that has taken the first `start` bytes. Raises DigestMismatch
        after the last block: what came before must not be used then. Raises BlobNotFound,
        ConnectionLost; ValueError when `hasher` and `start` differ.
        """
        expected = Digest(digest)
        hasher = hasher or Hasher(expected.algorithm)
        if hasher.size != start:
            raise ValueError(f"`hasher` has taken {hasher.size} bytes, not the first {start}.")
        return self._verified(self._blob_request("GET", repository, expected), expected, hasher)

    def _verified(self, request: Request, expected: Digest, hasher: Hasher) -> Generator[bytes]:
        for block in self._blocks_from(request, hasher.size):
            hasher.update(block)
            yield block
        hasher.verify(expected)

    def _blocks_from(self, request: Request, start: int) -> Iterator[bytes]:
        """The blob's blocks from `start` on, none when it ends there."""
        headers = {"Range": f"bytes={start}-"} if start else {}
        request = Request("GET", request.url, headers, repository=request.repository)
        with self._exchange(request, 200, 206, 416, missing=BlobNotFound) as response:
            if response.status == 416:
                return
            skip = _bytes_to_skip(request, response, start)
            for block in response.stream():
                if skip < len(block):
                    yield block[skip:] if skip else block
                skip = max(0, skip - len(block))

    def _blob_request(self, method: str, repository: str, digest: str) -> Request:
        return Request(method, self._at(repository, "blobs", Digest(digest)), repository=repository)


def _bytes_to_skip(request: Request, response: Response, start: int) -> int:
    """All before `start` when the registry knows no ranges, which it may; else none."""
    if response.status == 200:
        return start
    told = response.headers.get("Content-Range", "")
    if not told.removeprefix("bytes").strip().startswith(f"{start}-"):
        raise request.error(InvalidAnswer, f"Asked for the bytes from {start} on, got `{told}`.")
    return 0
