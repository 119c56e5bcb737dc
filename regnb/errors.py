"""The errors of regnb: typed, with data, in English.

    RegnbError
    ├─ InvalidReference · InvalidDigest · InvalidPlatform · InvalidManifest   (also ValueError)
    │  InvalidAddress
    ├─ RegistryError                            (status, code, detail, method, url)
    │  ├─ NotFound: RepositoryNotFound · ManifestNotFound · BlobNotFound · UploadNotFound
    │  ├─ Refused: NameRefused · DigestRefused · SizeRefused · UploadRefused
    │  │           ManifestRefused: ManifestBlobMissing
    │  ├─ Unauthorized · Denied · Unsupported · TooManyRequests · RegistryFailed
    │  ├─ InvalidAnswer                         (an answer that no registry should give)
    │  ├─ InvalidChallenge · CredentialsWithheld
    │  ├─ TLSFailed                             (reason)
    │  ├─ NotARegistry                          (something else answers at the address)
    │  └─ RegistryUnreachable                   (nothing answers at the address)
    │        HostUnknown · RegistryTimedOut · ConnectionLost
    ├─ CertificateUnreadable                    (path)
    ├─ DigestMismatch · SizeMismatch            (expected, actual)
    ├─ EngineError
    │  ├─ EngineUnavailable: EngineDenied · EngineUnreachable
    │  ├─ EngineRemote
    │  ├─ ImageNotFound · ContainerNotFound
    │  ├─ NameTaken · PortTaken · RegistryDiffers
    │  └─ PullFailed: HubUnreachable · HubRateLimited
    │     PushFailed
    ├─ PushToHub · NotClean                     (the lab's own refusals)
    ├─ InvalidConfiguration                     (setting, reason: of the embedded registry)
    └─ ExerciseError                            (the author's mistake, never the learner's)
       └─ AuthoringError: CellFailed            (problems)

The views translate: `regnb.i18n` has a sentence and a mend for each class, in both languages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class RegnbError(Exception):
    """Base of every error that regnb raises on purpose.

    `told` is what a view made of it: a sentence and a mend in the reader's language. A notebook
    then shows these instead of a traceback.
    """

    told: str | None = None

    def __str__(self) -> str:
        return self.told or super().__str__()

    @property
    def _render_traceback_(self) -> Callable[[], list[str]]:
        # IPython calls this instead of making a traceback, when the attribute is there:
        # https://ipython.readthedocs.io/en/stable/config/integrating.html
        if self.told is None:
            raise AttributeError
        lines = [f"\x1b[1;31m{type(self).__name__}\x1b[0m", *self.told.splitlines()]
        return lambda: lines


class InvalidReference(RegnbError, ValueError):
    """An image reference that the grammar refuses; `reason` is a key that views translate."""

    def __init__(self, text: str, reason: str, suggestion: str | None = None) -> None:
        super().__init__(f"Invalid image reference `{text}`: {reason.replace('_', ' ')}.")
        self.text = text
        self.reason = reason
        self.suggestion = suggestion


class InvalidDigest(RegnbError, ValueError):
    """A digest that is malformed or of an unknown algorithm."""

    def __init__(self, text: str) -> None:
        super().__init__(f"Invalid digest `{text[:200]}`: expected `sha256:` and 64 hex digits.")
        self.text = text


class InvalidPlatform(RegnbError, ValueError):
    """A platform that is not `os/architecture[/variant]`."""

    def __init__(self, text: str) -> None:
        super().__init__(f"Invalid platform `{text}`: expected `os/architecture`.")
        self.text = text


class InvalidManifest(RegnbError, ValueError):
    """Bytes that are no manifest, index or config."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Invalid manifest: {reason}.")
        self.reason = reason


class InvalidAddress(RegnbError, ValueError):
    """An address of a registry that is not `http://host:port` or `https://host:port`."""

    def __init__(self, text: str) -> None:
        super().__init__(f"Invalid address `{text}`: expected `http://host:port`.")
        self.text = text


class CertificateUnreadable(RegnbError):
    """A file that holds no certificate or key, or none that can be used; `path` names it."""

    def __init__(self, path: str) -> None:
        super().__init__(f"The file `{path}` holds no certificate with a key that fits, or no PEM.")
        self.path = path


class DigestMismatch(RegnbError):
    """Content whose digest is not the one it was asked by."""

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(f"Content of `{expected}` has the digest `{actual}`: it was not kept.")
        self.expected = expected
        self.actual = actual


class SizeMismatch(RegnbError):
    """A stream that has more or fewer bytes than was said."""

    def __init__(self, expected: int, actual: int) -> None:
        super().__init__(f"The stream has {actual} bytes or more, not the {expected} announced.")
        self.expected = expected
        self.actual = actual


class RegistryError(RegnbError):
    """An answer of a registry that is an error.

    `code` and `detail` come from the error body of the distribution specification,
    https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
    """

    def __init__(  # noqa: PLR0913 - the parts of one HTTP exchange
        self,
        message: str,
        *,
        status: int = 0,
        code: str = "",
        detail: object = None,
        method: str = "",
        url: str = "",
    ) -> None:
        where = f"{method} {url}: " if url else ""
        super().__init__(f"{where}{message}")
        self.message = message
        self.status = status
        self.code = code
        self.detail = detail
        self.method = method
        self.url = url


class NotFound(RegistryError):
    """404: the registry does not hold what was asked for."""


class RepositoryNotFound(NotFound):
    """NAME_UNKNOWN: no such repository."""


class ManifestNotFound(NotFound):
    """MANIFEST_UNKNOWN: no such tag or manifest."""


class BlobNotFound(NotFound):
    """BLOB_UNKNOWN: no such blob."""


class UploadNotFound(NotFound):
    """BLOB_UPLOAD_UNKNOWN: the upload session was closed, or has expired."""


class Refused(RegistryError):
    """400 and its kin: what was sent is not as the registry wants it."""


class NameRefused(Refused):
    """NAME_INVALID: the registry does not allow this name of a repository or tag."""


class DigestRefused(Refused):
    """DIGEST_INVALID: the digest is not that of the content sent."""


class SizeRefused(Refused):
    """SIZE_INVALID: the length told is not that of the content sent."""


class UploadRefused(Refused):
    """BLOB_UPLOAD_INVALID: the upload cannot go on, for instance with a chunk out of order."""


class ManifestRefused(Refused):
    """MANIFEST_INVALID: the registry does not accept this manifest, or its media type."""


class ManifestBlobMissing(ManifestRefused):
    """MANIFEST_BLOB_UNKNOWN: the manifest names a content that the registry does not hold."""


class Unauthorized(RegistryError):
    """401: the registry wants credentials, or other ones."""


class Denied(RegistryError):
    """403: the credentials do not allow this."""


class Unsupported(RegistryError):
    """405: the registry does not do this, for instance delete when it is not enabled."""


class TooManyRequests(RegistryError):
    """429: the rate limit of the registry is reached; `retry_after` in seconds when told."""

    retry_after: float | None = None


class RegistryFailed(RegistryError):
    """5xx: the registry itself has a problem, or what stands in front of it."""


class InvalidAnswer(RegistryError):
    """An answer that the specification does not allow, so that it cannot be relied on."""


class InvalidChallenge(RegistryError):
    """The address of the token server that the registry names (`detail`) is no URL."""


class CredentialsWithheld(RegistryError):
    """A password or token would have to travel without TLS: it was not sent."""


class TLSFailed(RegistryError):
    """No secure connection; `reason` is a key that views translate."""

    def __init__(self, message: str, *, reason: str, method: str = "", url: str = "") -> None:
        super().__init__(f"TLS failed ({reason}): {message}", method=method, url=url)
        self.reason = reason


class NotARegistry(RegistryError):
    """Something answers at the address, and it is no registry."""


class RegistryUnreachable(RegistryError):
    """Nothing answers at the address of the registry."""


class HostUnknown(RegistryUnreachable):
    """The name of the host has no address."""


class RegistryTimedOut(RegistryUnreachable):
    """The registry did not answer in time."""


class ConnectionLost(RegistryUnreachable):
    """The connection was cut before the answer, or in the middle of it."""


class EngineError(RegnbError):
    """An error of the container engine; `message` is its own text."""

    def __init__(self, message: str, *, subject: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.subject = subject


class EngineUnavailable(EngineError):
    """No engine answers at `subject` (an endpoint), or none was found."""


class EngineDenied(EngineUnavailable):
    """The socket of the engine refuses this user."""


class EngineUnreachable(EngineUnavailable):
    """Nothing answers at the endpoint `subject`, which a setting of the user names."""


class EngineRemote(EngineError):
    """The engine is on another machine, so its `localhost` is not this one."""


class ImageNotFound(EngineError):
    """The image is neither on the engine nor where it was pulled from."""


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


class HubUnreachable(PullFailed):
    """The registry of the image, mostly Docker Hub, cannot be reached by the engine."""


class HubRateLimited(PullFailed):
    """The pull limit of Docker Hub is reached (429, `toomanyrequests`)."""


class PushFailed(EngineError):
    """A push that the engine reported as failed inside its progress stream."""


class PushToHub(RegnbError):
    """A push whose reference names no registry, and would go to Docker Hub."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"`{reference}` names no registry: it would go to Docker Hub.")
        self.reference = reference


class NotClean(RegnbError):
    """A clean-up after which something is left; `left` names it."""

    def __init__(self, left: list[str]) -> None:
        super().__init__(f"The clean-up left {', '.join(left)}.")
        self.left = ", ".join(left)


class InvalidConfiguration(RegnbError, ValueError):
    """A setting of the embedded registry that it does not know, or a value that it refuses."""

    def __init__(self, setting: str, reason: str) -> None:
        super().__init__(f"Setting `{setting}`: {reason}.")
        self.setting = setting
        self.reason = reason


class ExerciseError(RegnbError):
    """A mistake of the author of a notebook, found while building or checking it."""


class AuthoringError(ExerciseError):
    """Sources or notebooks that break the rules; `problems` has a line for each, with its place."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class CellFailed(AuthoringError):
    """A code cell that failed while its notebook was built; nothing was written."""

    def __init__(self, notebook: str, cell: str, source: str, reason: str) -> None:
        super().__init__([f"{notebook} (cell `{cell}`): the cell failed.\n\n{source}\n\n{reason}"])
        self.notebook = notebook
        self.cell = cell
        self.source = source
        self.reason = reason
