"""Downloads of blobs, shared by all who want the same one, taken up again where they broke."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from regnb.embedded.blobs import BlobStore, Ingest
from regnb.errors import ConnectionLost, DigestMismatch, RegistryUnreachable
from regnb.oci import Descriptor, Hasher

# Called with the bytes that are here already and their hasher, which it goes on feeding.
Fetch = Callable[[int, Hasher], Iterator[bytes]]
_ATTEMPTS = 5
_RETRY_AFTER = 1.0


class Cancelled(Exception):
    """All who wanted a blob have gone."""


@dataclass(slots=True)
class Transfer:
    """A download: `steps` are Docker's words for what it went through, `received` is in bytes."""

    descriptor: Descriptor
    steps: list[str] = field(default_factory=list)
    received: int = 0
    watchers: int = 0
    done: bool = False
    failure: Exception | None = None


class Transfers:
    """The downloads of an engine, `parallel` at a time."""

    def __init__(self, blobs: BlobStore, parallel: int, retry_after: float = _RETRY_AFTER) -> None:
        self._blobs = blobs
        self._retry_after = retry_after
        self._pool = ThreadPoolExecutor(parallel, thread_name_prefix="transfer")
        self._running: dict[str, Transfer] = {}
        self.changed = threading.Condition()

    def join(self, descriptor: Descriptor, fetch: Fetch) -> Transfer:
        """The download of `descriptor`: the one that runs already, else a new one by `fetch`."""
        with self.changed:
            transfer = self._running.get(descriptor.digest)
            if transfer:
                transfer.watchers += 1
                return transfer
            transfer = self._running[descriptor.digest] = Transfer(descriptor, watchers=1)
            self._pool.submit(self._run, transfer, fetch)
            return transfer

    def leave(self, transfer: Transfer) -> None:
        """Want it no more: the last one to leave ends it, and what has come is kept."""
        with self.changed:
            transfer.watchers -= 1

    def running(self) -> list[Transfer]:
        """The downloads that go on."""
        with self.changed:
            return list(self._running.values())

    def close(self) -> None:
        """End all of them."""
        with self.changed:
            for transfer in self._running.values():
                transfer.watchers = 0
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self, transfer: Transfer, fetch: Fetch) -> None:
        try:
            self._download(transfer, fetch)
        except Exception as error:  # noqa: BLE001 - told to all who watch
            transfer.failure = error
        finally:
            with self.changed:
                transfer.done = True
                if self._running.get(transfer.descriptor.digest) is transfer:
                    del self._running[transfer.descriptor.digest]
                self.changed.notify_all()

    def _download(self, transfer: Transfer, fetch: Fetch) -> None:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with self._blobs.ingest(transfer.descriptor.digest) as ingest:
                    self._receive(transfer, fetch, ingest)
            except (RegistryUnreachable, DigestMismatch) as error:
                lost = isinstance(error, ConnectionLost | DigestMismatch)
                if attempt == _ATTEMPTS or not lost:
                    raise
                self._step(transfer, f"Retrying in {max(1, round(self._retry_after))} second")
                time.sleep(self._retry_after)
            else:
                return

    def _receive(self, transfer: Transfer, fetch: Fetch, ingest: Ingest) -> None:
        transfer.received = ingest.size
        try:
            for chunk in fetch(ingest.size, ingest.hasher):
                self._end_if_unwatched(transfer)
                ingest.append_hashed(chunk)
                self._receive_chunk(transfer, len(chunk))
        except (DigestMismatch, OSError):
            ingest.discard()  # wrong bytes help nobody, and a full disk wants them back
            raise
        self._step(transfer, "Verifying Checksum")
        ingest.commit()
        self._step(transfer, "Download complete")

    def _end_if_unwatched(self, transfer: Transfer) -> None:
        with self.changed:
            if transfer.watchers <= 0:
                self._running.pop(transfer.descriptor.digest, None)  # nobody joins it any more
                raise Cancelled

    def _receive_chunk(self, transfer: Transfer, size: int) -> None:
        with self.changed:
            transfer.received += size
            self.changed.notify_all()

    def _step(self, transfer: Transfer, step: str) -> None:
        with self.changed:
            transfer.steps.append(step)
            self.changed.notify_all()
