"""What the engine refuses, with the HTTP status and the text of Docker's own engine.

Clients choose their errors by these texts: docker-py knows a missing image by "No such image".
The texts are those of moby 28.5, https://github.com/moby/moby/tree/v28.5.2/daemon.
"""

from __future__ import annotations

from regnb.errors import EngineError


class Refusal(EngineError):
    """A request that the engine refuses; `status` is the HTTP status of the answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class StoreTooNew(EngineError):
    """The engine's home was written by a newer version of regnb."""

    def __init__(self, home: str, found: int, known: int) -> None:
        super().__init__(
            f"`{home}` was written by a newer regnb (format {found}, this one knows {known}): "
            "upgrade regnb, or choose another folder with REGNB_HOME.",
            subject=home,
        )


def bad_request(message: str) -> Refusal:
    """A request that makes no sense."""
    return Refusal(400, message)


def no_such_image(name: str) -> Refusal:
    """An image that the engine has not."""
    return Refusal(404, f"No such image: {name}")


def no_such_container(name: str) -> Refusal:
    """A container that the engine has not."""
    return Refusal(404, f"No such container: {name}")


def write_failed(error: OSError) -> Refusal:
    """A file that could not be written, for want of room as a rule; Go's words."""
    return Refusal(500, f"write {error.filename or ''}: {(error.strerror or '').lower()}")


def not_here(what: str, instead: str) -> Refusal:
    """Something that only Docker can do."""
    return Refusal(501, f"{what} is not possible with regnb's embedded engine: {instead}")
