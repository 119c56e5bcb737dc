"""What the steps with certificates, users and tokens refuse."""

from __future__ import annotations

from regnb.errors.base import RegnbError


class CertificateUnknown(RegnbError):
    """The lab has made no certificate called `name`."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The lab has no certificate called `{name}`.")
        self.name = name


class UserUnknown(RegnbError):
    """The lab has given no password to a user called `name`."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The lab knows no user called `{name}`.")
        self.name = name


class NotTls(RegnbError):
    """The registry at `address` speaks plain HTTP: there is no handshake to show."""

    def __init__(self, address: str) -> None:
        super().__init__(f"The registry at `{address}` speaks plain HTTP.")
        self.address = address


class NothingRefused(RegnbError):
    """A step that the lesson expects to fail went well."""

    def __init__(self) -> None:
        super().__init__("The step went well, and was expected to be refused.")


class NoTokenServer(RegnbError):
    """A registry was to ask for tokens, and the token server of the lab does not run."""

    def __init__(self) -> None:
        super().__init__("The token server of the lab does not run.")


class RegistryGaveUp(RegnbError):
    """The registry `name` ended instead of answering; `reason` is the last line that it wrote."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"The registry `{name}` ended: {reason}")
        self.name = name
        self.reason = reason


class NoContainerAddress(RegnbError):
    """The engine gives its containers no address of their own, as Podman without root."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The container `{name}` has no address of its own.")
        self.name = name
