"""The base of every error, and those of names, digests, manifests and bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from regnb.errors.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable


class RegnbError(Exception):
    """Base of every error that regnb raises on purpose.

    Its words are `errors.KEY` in the catalogues. `told` is what a view made of it: a sentence and a
    mend in the reader's language. A notebook then shows these instead of a traceback.
    """

    key: ClassVar[str] = "RegnbError"
    told: str | None = None

    def __init_subclass__(cls) -> None:
        # An error of one part alone, which no learner is to meet, has the words of its base.
        if cls.__module__.startswith(f"{__package__}."):
            cls.key = cls.__name__

    def __str__(self) -> str:
        return printable(self.told or super().__str__())

    @property
    def text_key(self) -> str:
        """The key of the sentence that tells it."""
        return f"errors.{self.key}.text"

    @property
    def mend_key(self) -> str:
        """The key of the sentence that says what to do about it."""
        return f"errors.{self.key}.mend"

    @property
    def reason_key(self) -> str:
        """The key of the words for the place `reason` in its texts; empty when it needs none."""
        return ""

    @property
    def _render_traceback_(self) -> Callable[[], list[str]]:
        # IPython calls this instead of making a traceback, when the attribute is there:
        # https://ipython.readthedocs.io/en/stable/config/integrating.html
        if self.told is None:
            raise AttributeError
        lines = [f"\x1b[1;31m{type(self).__name__}\x1b[0m", *printable(self.told).splitlines()]
        return lambda: lines


class InvalidReference(RegnbError, ValueError):
    """An image reference that the grammar refuses; `reason` is a key that views translate."""

    def __init__(self, text: str, reason: str, suggestion: str | None = None) -> None:
        super().__init__(f"Invalid image reference `{text}`: {reason.replace('_', ' ')}.")
        self.text = text
        self.reason = reason
        self.suggestion = suggestion

    @property
    def mend_key(self) -> str:
        """With the suggestion, when there is one."""
        return super().mend_key + ("_with_suggestion" if self.suggestion else "")

    @property
    def reason_key(self) -> str:
        """Words for what the grammar refuses."""
        return f"reference.{self.reason}"


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

    @property
    def reason_key(self) -> str:
        """Words for what is wrong with the archive."""
        return f"layer.{self.reason}"


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
