"""What the lab itself refuses."""

from __future__ import annotations

from regnb.errors.base import RegnbError


class PushToHub(RegnbError):
    """A push whose reference names no registry, and would go to Docker Hub."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"`{reference}` names no registry: it would go to Docker Hub.")
        self.reference = reference


class InvalidPort(RegnbError, ValueError):
    """A setting, `variable`, that names no port where a lab can begin: `lowest` to `highest`."""

    def __init__(self, variable: str, text: str, lowest: int, highest: int) -> None:
        super().__init__(f"`{variable}` is `{text}`: expected a port from {lowest} to {highest}.")
        self.variable = variable
        self.text = text
        self.lowest = lowest
        self.highest = highest


class FoldersNeedUnix(RegnbError):
    """A folder of a registry that this system, which is Windows, cannot lock."""


class NotClean(RegnbError):
    """A clean-up after which something is left; `left` names it."""

    def __init__(self, left: list[str]) -> None:
        super().__init__(f"The clean-up left {', '.join(left)}.")
        self.left = ", ".join(left)


class CollectionFailed(RegnbError):
    """A garbage collection that ended with an error; `output` is what it wrote."""

    def __init__(self, output: str) -> None:
        super().__init__(f"The garbage collection failed: {output.strip()}")
        self.output = output.strip()


class NoBackup(RegnbError):
    """A folder that holds no backup of a registry; `path` names it."""

    def __init__(self, path: str) -> None:
        super().__init__(f"`{path}` holds no OCI image layout.")
        self.path = path
