"""Errors of the container engine."""

from __future__ import annotations

from regnb.errors.base import RegnbError
from regnb.errors.hub_reasons import Reason


class EngineError(RegnbError):
    """An error of the container engine; `message` is its own text.

    `user` is the name that it showed to a registry; empty when it was to show none.
    """

    user = ""

    def __init__(self, message: str, *, subject: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.subject = subject


class EngineUnavailable(EngineError):
    """No engine answers at `subject` (an endpoint), or none was found."""


class EngineDenied(EngineUnavailable):
    """The socket of the engine refuses this user."""


class EngineNotReady(EngineUnavailable):
    """Something accepts connections at `subject` and does not answer: an engine that starts."""


class EngineNotStarted(EngineUnavailable):
    """An engine is installed here, as `product`, and not started: `command` does that.

    `goes_without` when the embedded engine could take its place.
    """

    def __init__(self, product: str, command: str, *, goes_without: bool) -> None:
        super().__init__(f"{product} is not started: `{command}` starts it.", subject=product)
        self.product = product
        self.command = command
        self.goes_without = goes_without

    @property
    def mend_key(self) -> str:
        """With the way that does without, when there is one."""
        return super().mend_key + ("_or_without" if self.goes_without else "")


class EngineUnreachable(EngineUnavailable):
    """Nothing answers at the endpoint `subject`, which a setting of the user names."""


class ContextUnreadable(EngineUnreachable):
    """The docker context `subject` is not there, or its file is broken."""


class DockerConfigBroken(EngineError):
    """The file `subject`, where the docker command has its settings, is not as it should be."""


class EmbeddedEngineFailed(EngineUnavailable):
    """The embedded engine did not start: `message` are its last words, `subject` is its log."""


class EngineStopped(EngineUnavailable):
    """The engine of a lab answers no more at `subject`."""


class EmbeddedEngineStopped(EngineUnavailable):
    """The embedded engine ended in the middle of a step; `subject` is its endpoint."""


class EmbeddedEngineNeedsUnix(EngineUnavailable):
    """The embedded engine cannot run on this system, which is Windows."""


class EngineRemote(EngineError):
    """The engine is on another machine, so its `localhost` is not this one."""


class ImageNotFound(EngineError):
    """The image is neither on the engine nor where it was pulled from."""


class SampleNotFound(ImageNotFound):
    """Samples stand in for Docker Hub, for a `reason`, and `subject` is not among the `samples`."""

    def __init__(self, message: str, *, subject: str, samples: str, reason: Reason) -> None:
        super().__init__(message, subject=subject)
        self.samples = samples
        self.reason = reason


class ContainerNotFound(EngineError):
    """The engine has no such container."""


class RegistryStopped(ContainerNotFound):
    """The container of the registry exists, and does not run."""


class RegistryDiffers(EngineError):
    """The registry `subject` runs already, with another `image` or `port` than is asked for."""

    def __init__(self, name: str, image: str, port: int | None) -> None:
        super().__init__(f"The registry `{name}` runs already, as `{image}`.", subject=name)
        self.image = image
        self.port = port


class NameTaken(EngineError):
    """A container or volume has the name `subject`; `ours` when regnb made it."""

    def __init__(self, message: str, *, subject: str = "", ours: bool = False) -> None:
        super().__init__(message, subject=subject)
        self.ours = ours


class PortTaken(EngineError):
    """Something else listens on the port `subject`."""


class PullFailed(EngineError):
    """A pull that the engine started and could not finish."""


class NotAnImage(PullFailed):
    """`subject` is no container image but an artifact, or an index without images."""


class HubUnreachable(PullFailed):
    """The registry of the image, mostly Docker Hub, cannot be used by the engine: `reason`.

    `flavour` is that of the engine when the image is of Docker Hub, so that samples may help.
    """

    def __init__(self, message: str, *, subject: str = "", reason: Reason | None = None) -> None:
        super().__init__(message, subject=subject)
        self.reason = reason or Reason("unreachable")
        self.flavour = ""


class HubRateLimited(PullFailed):
    """The pull limit of Docker Hub is reached (429, `toomanyrequests`)."""


class PushFailed(EngineError):
    """A push that the engine reported as failed inside its progress stream."""


class LoginRefused(EngineError):
    """The registry `subject` does not take the name and password that the engine showed it."""


class LoopbackWantsTls(PullFailed, PushFailed):
    """The engine asks `subject` for TLS, a registry of this machine, as Podman does by default."""
