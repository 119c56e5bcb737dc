"""Downloads of blobs, shared by all who want the same one, taken up again where they broke."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from regnb.content.blobs import BlobFolder, IncomingBlob
from regnb.errors import ConnectionLost, DigestMismatch, RegistryUnreachable
from regnb.oci import Descriptor, Hasher

# Called with the bytes that are here already and their hasher, which it goes on feeding.
Fetch = Callable[[int, Hasher], Iterator[bytes]]
_ATTEMPTS = 5
_RETRY_AFTER = 1.0


class Cancelled(Exception):
    """All who wanted a blob have gone."""


@dataclass(slots=True)
class Download:
    """A download: `steps` are Docker's words for what it went through, `received` is in bytes."""

    descriptor: Descriptor
    steps: list[str] = field(default_factory=list)
    received: int = 0
    watchers: int = 0
    done: bool = False
    failure: Exception | None = None


class Downloads:
    """The downloads of an engine, `parallel` at a time."""

    def __init__(self, blobs: BlobFolder, parallel: int, retry_after: float = _RETRY_AFTER) -> None:
        self._blobs = blobs
        self._retry_after = retry_after
        self._pool = ThreadPoolExecutor(parallel, thread_name_prefix="download")
        self._running: dict[str, Download] = {}
        self.changed = threading.Condition()

    def join(self, descriptor: Descriptor, fetch: Fetch) -> Download:
        """The download of `descriptor`: the one that runs already, else a new one by `fetch`."""
        with self.changed:
            download = self._running.get(descriptor.digest)
            if download:
                download.watchers += 1
                return download
            download = self._running[descriptor.digest] = Download(descriptor, watchers=1)
            self._pool.submit(self._run, download, fetch)
            return download

    def leave(self, download: Download) -> None:
        """Want it no more: the last one to leave ends it, and what has come is kept."""
        with self.changed:
            download.watchers -= 1

    def running(self) -> list[Download]:
        """The downloads that go on."""
        with self.changed:
            return list(self._running.values())

    def close(self) -> None:
        """End all of them."""
        with self.changed:
            for download in self._running.values():
                download.watchers = 0
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self, download: Download, fetch: Fetch) -> None:
        try:
            self._download(download, fetch)
        except Exception as error:  # noqa: BLE001 - told to all who watch
            download.failure = error
        finally:
            with self.changed:
                download.done = True
                if self._running.get(download.descriptor.digest) is download:
                    del self._running[download.descriptor.digest]
                self.changed.notify_all()

    def _download(self, download: Download, fetch: Fetch) -> None:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with self._blobs.resumed_blob(download.descriptor.digest) as blob:
                    self._receive(download, fetch, blob)
            except (RegistryUnreachable, DigestMismatch) as error:
                lost = isinstance(error, ConnectionLost | DigestMismatch)
                if attempt == _ATTEMPTS or not lost:
                    raise
                self._step(download, f"Retrying in {max(1, round(self._retry_after))} second")
                time.sleep(self._retry_after)
            else:
                return

    def _receive(self, download: Download, fetch: Fetch, blob: IncomingBlob) -> None:
        download.received = blob.size
        try:
            for chunk in fetch(blob.size, blob.hasher):
                self._end_if_unwatched(download)
                blob.append_hashed(chunk)
                self._receive_chunk(download, len(chunk))
        except (DigestMismatch, OSError):
            blob.discard()  # wrong bytes help nobody, and a full disk wants them back
            raise
        self._step(download, "Verifying Checksum")
        self._blobs.keep(blob, download.descriptor.digest)
        self._step(download, "Download complete")

    def _end_if_unwatched(self, download: Download) -> None:
        with self.changed:
            if download.watchers <= 0:
                self._running.pop(download.descriptor.digest, None)  # nobody joins it any more
                raise Cancelled

    def _receive_chunk(self, download: Download, size: int) -> None:
        with self.changed:
            download.received += size
            self.changed.notify_all()

    def _step(self, download: Download, step: str) -> None:
        with self.changed:
            download.steps.append(step)
            self.changed.notify_all()
