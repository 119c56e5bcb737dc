"""Names, digests and manifests that are none, and bytes that are not what was said."""

from __future__ import annotations

from regnb.errors.base import RegnbError


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


class InvalidLayer(RegnbError, ValueError):
    """A layer whose archive cannot be read; `reason` is a key that views translate."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Invalid layer: {reason.replace('_', ' ')}.")
        self.reason = reason


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
