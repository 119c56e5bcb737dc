"""What an engine gives and takes as a tar, and what a container does once and ends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import IO, Protocol

import docker

from regnb.engine.containers import OWNER_LABEL
from regnb.engine.images import LocalImage
from regnb.errors import EngineError, ImageNotFound
from regnb.oci import ImageReference

_LOADED = re.compile(r"^Loaded image(?:\(s\))?: (\S+)", re.MULTILINE)


class _Engine(Protocol):
    """What these methods need of the engine."""

    client: docker.DockerClient

    def find_image(self, reference: ImageReference) -> LocalImage | None:
        """The image under this name."""

    def _errors(
        self, subject: str = "", otherwise: type[EngineError] = EngineError
    ) -> AbstractContextManager[None]:
        """Raise what the SDK reports as one of our errors."""


class TarMethods:
    """The methods of an engine about tars, and about commands that end."""

    def save(self: _Engine, reference: ImageReference) -> Iterator[bytes]:
        """The tar, in blocks, of an image under its name; raises ImageNotFound."""
        if self.find_image(reference) is None:
            raise ImageNotFound("No such image.", subject=reference.familiar)
        with self._errors(reference.familiar):
            yield from self.client.api.get_image(reference.familiar)

    def load(self: _Engine, file: IO[bytes]) -> list[str]:
        """Names of the images in the tar `file`, which the engine has now; raises EngineError."""
        with self._errors():
            told = self.client.api.load_image(file)  # type: ignore[no-untyped-call]
            lines = list(told)
        for line in lines:
            if "error" in line:
                raise EngineError(str(line["error"]))
        return sorted(
            set(_LOADED.findall("\n".join(str(line.get("stream", "")) for line in lines)))
        )

    def archive(self: _Engine, name: str, path: str) -> Iterator[bytes]:
        """The tar, in blocks, of the files at `path` in the container `name`, running or not.

        Raises ContainerNotFound; EngineError when there is no such path.
        """
        with self._errors(name):
            blocks, _ = self.client.api.get_archive(name, path)
            yield from blocks

    def run_to_end(
        self: _Engine,
        image: ImageReference,
        command: Sequence[str],
        *,
        volumes_from: str = "",
        labels: Mapping[str, str] | None = None,
    ) -> tuple[int, str]:
        """Exit code and output of `command` in a new container, which is removed when it ends.

        It sees the volumes of the container `volumes_from`, if one is named. Raises ImageNotFound
        (nothing is pulled).
        """
        with self._errors(image.familiar):
            created = self.client.containers.create(
                image.familiar,
                list(command),
                labels={OWNER_LABEL: "true", **(labels or {})},
                volumes_from=[volumes_from] if volumes_from else [],
            )
        try:
            with self._errors(image.familiar):
                created.start()
                code = int(created.wait()["StatusCode"])
                output = created.logs().decode("utf-8", "replace")
        finally:
            with self._errors(image.familiar):
                created.remove(v=True, force=True)
        return code, output
