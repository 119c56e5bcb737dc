"""Errors of registries, and of the way to them."""

from __future__ import annotations

import re
from http import HTTPStatus
from urllib.parse import urlsplit

from regnb.errors.base import RegnbError
from regnb.errors.hub_reasons import Reason

# Greedy, and with or without a scheme: a password may hold any sign.
_LOGIN = re.compile(r"(?:(?<=://)|^(?![a-zA-Z][a-zA-Z0-9+.-]*://)).*@", re.DOTALL)


class InvalidAddress(RegnbError, ValueError):
    """An address of a registry that is not `http://host:port` or `https://host:port`."""

    def __init__(self, text: str) -> None:
        self.text = _LOGIN.sub("...@", text)
        super().__init__(f"Invalid address `{self.text}`: expected `http://host:port`.")


class CertificateUnreadable(RegnbError):
    """A file that holds no certificate or key, or none that can be used; `path` names it."""

    def __init__(self, path: str) -> None:
        super().__init__(f"The file `{path}` holds no certificate with a key that fits, or no PEM.")
        self.path = path


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
    """SIZE_INVALID: the length announced is not that of the content sent."""


class UploadRefused(Refused):
    """BLOB_UPLOAD_INVALID: the upload cannot go on, for instance with a chunk out of order."""


class ManifestRefused(Refused):
    """MANIFEST_INVALID: the registry does not accept this manifest, or its media type."""


class ManifestBlobMissing(ManifestRefused):
    """MANIFEST_BLOB_UNKNOWN: the manifest names a content that the registry does not hold."""


class Unauthorized(RegistryError):
    """401: the registry wants credentials, or other ones.

    `scheme` is that of its challenge (`basic`, `bearer`), `reason` the error that it names
    (`invalid_token`, `insufficient_scope`), `anonymous` when there were no credentials to show.
    """

    scheme: str = ""
    reason: str = ""
    anonymous: bool = False


class Denied(RegistryError):
    """403: the credentials do not allow this; `anonymous` when there were none to show."""

    anonymous: bool = False

    @property
    def text_key(self) -> str:
        """Who is not known is not told to be."""
        return super().text_key + ("_anonymous" if self.anonymous else "")

    @property
    def mend_key(self) -> str:
        """The mend for who is known, or is not."""
        return super().mend_key + ("_anonymous" if self.anonymous else "")


class Unsupported(RegistryError):
    """405: the registry does not do this, for instance delete when it is not enabled."""


class DeletionOff(Unsupported):
    """405: the registry was started without deletion, as it is by default."""

    def __init__(self, error: RegistryError) -> None:
        super().__init__(error.message, status=error.status, method=error.method, url=error.url)


class TagDeletionUnsupported(Unsupported):
    """400: the registry deletes manifests by their digest, and no tag alone."""

    def __init__(self, error: RegistryError) -> None:
        super().__init__(error.message, status=error.status, method=error.method, url=error.url)


class TooManyRequests(RegistryError):
    """429: the rate limit of the registry is reached; `retry_after` in seconds when it says so."""

    retry_after: float | None = None


class RegistryFailed(RegistryError):
    """5xx: the registry itself has a problem, or what stands in front of it."""


class InvalidAnswer(RegistryError):
    """An answer that the specification does not allow, so that it cannot be relied on."""


class RedirectLoop(InvalidAnswer):
    """Each address leads to the next, without end."""


class InvalidChallenge(RegistryError):
    """The address of the token server that the registry names (`detail`) is no URL."""


class CredentialsWithheld(RegistryError):
    """A password or token would have to travel without TLS: it was not sent."""


class TLSFailed(RegistryError):
    """No secure connection; `reason` is a key that views translate."""

    def __init__(self, message: str, *, reason: str, method: str = "", url: str = "") -> None:
        super().__init__(f"TLS failed ({reason}): {message}", method=method, url=url)
        self.reason = reason

    @property
    def mend_key(self) -> str:
        """The mend for this reason."""
        return f"tls.{self.reason}.mend"

    @property
    def reason_key(self) -> str:
        """Words for this reason."""
        return f"tls.{self.reason}.text"


class NotARegistry(RegistryError):
    """Something answers at the address, and it is no registry."""


class RegistryUnreachable(RegistryError):
    """Nothing answers at the address of the registry."""


class HostUnknown(RegistryUnreachable):
    """The name of the host has no address."""


class RegistryTimedOut(RegistryUnreachable):
    """The registry did not answer in time."""


class ProxyFailed(RegistryUnreachable):
    """The proxy that the environment names lets nothing through; `proxy` is its host and port.

    `status` is that of its refusal (407: it wants a login), 0 when it does not answer at all.
    """

    def __init__(
        self, message: str, *, proxy: str = "", status: int = 0, method: str = "", url: str = ""
    ) -> None:
        super().__init__(message, status=status, method=method, url=url)
        self.proxy = proxy

    @property
    def reason(self) -> Reason:
        """What the proxy did."""
        host = urlsplit(self.url).netloc
        if self.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            return Reason("proxy_login", host, self.proxy)
        if self.status == 0:
            return Reason("proxy_silent", host, self.proxy)
        return Reason("proxy_fails" if self.status >= 500 else "proxy_refuses", host, self.proxy)


class ConnectionLost(RegistryUnreachable):
    """The connection was cut before the answer, or in the middle of it."""


class InvalidConfiguration(RegnbError, ValueError):
    """A setting of the embedded registry that it does not know, or a value that it refuses."""

    def __init__(self, setting: str, reason: str) -> None:
        super().__init__(f"Setting `{setting}`: {reason}.")
        self.setting = setting
        self.reason = reason


class AddressUnusable(InvalidConfiguration):
    """An address that a server cannot listen on; `why` is a key that views translate."""

    def __init__(self, address: str, why: str, reason: str) -> None:
        super().__init__("http.addr", reason)
        self.address = address
        self.why = why

    @property
    def mend_key(self) -> str:
        """The mend for this address."""
        return f"address.{self.why}.mend"

    @property
    def reason_key(self) -> str:
        """Words for what is wrong with the address."""
        return f"address.{self.why}.text"
