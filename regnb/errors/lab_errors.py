"""What the lab itself refuses, and mistakes of the author of a chapter."""

from __future__ import annotations

from regnb.errors.base import RegnbError


class PushToHub(RegnbError):
    """A push whose reference names no registry, and would go to Docker Hub."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"`{reference}` names no registry: it would go to Docker Hub.")
        self.reference = reference


class WrongCall(RegnbError, TypeError):
    """Too few or too many arguments, or one that is not there; `call` is how it is to be called."""

    def __init__(self, call: str) -> None:
        super().__init__(f"It is called as `{call}`.")
        self.call = call


class WrongArgument(RegnbError, TypeError):
    """An argument, `name`, of `step` that is not what it takes: `reason` is a key for that."""

    def __init__(self, step: str, name: str, given: str, reason: str) -> None:
        super().__init__(f"`{step}` cannot use `{given}` as `{name}`.")
        self.step = step
        self.name = name
        self.given = given
        self.reason = reason

    @property
    def reason_key(self) -> str:
        """Words for what the argument is to be."""
        return f"argument.{self.reason}"


class NoSuchStep(RegnbError, AttributeError):
    """The lab has no step called `step`; `alike` is one whose name is like it, or empty."""

    def __init__(self, step: str, alike: str) -> None:
        super().__init__(f"There is no step `{step}`.")
        self.step = step
        self.alike = alike

    @property
    def mend_key(self) -> str:
        """With what it is like, when there is one."""
        return super().mend_key + ("_alike" if self.alike else "")


class UnknownLanguage(RegnbError, ValueError):
    """A language that the course does not speak; `known` are those that it does."""

    def __init__(self, language: object, known: str) -> None:
        super().__init__(f"No texts in the language `{language}`; there are {known}.")
        self.language = language
        self.known = known


class FileUnusable(RegnbError):
    """The system refuses the file or folder `path`, and says why."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = path


class InvalidPort(RegnbError, ValueError):
    """A setting, `variable`, that names no port where a lab can begin: `lowest` to `highest`."""

    def __init__(self, variable: str, text: str, lowest: int, highest: int) -> None:
        super().__init__(f"`{variable}` is `{text}`: expected a port from {lowest} to {highest}.")
        self.variable = variable
        self.text = text
        self.lowest = lowest
        self.highest = highest


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


class ExerciseError(RegnbError):
    """A mistake of the author of a notebook, found while building or checking it."""


class UnknownExercise(ExerciseError):
    """A check or a question that no chapter has; `known` are those that there are."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"There is no `{name}`; there are {', '.join(sorted(known))}.")
        self.name = name
        self.known = ", ".join(f"`{one}`" for one in sorted(known))


class AuthoringError(ExerciseError):
    """Sources or notebooks that break the rules; `problems` has a line for each, with its place."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class ChapterUnknown(AuthoringError):
    """No chapter is called `name`; `known` are those that there are."""

    def __init__(self, name: str, known: str) -> None:
        super().__init__([f"No chapter is `{name}`; there are {known}."])
        self.name = name
        self.known = known


class CellFailed(AuthoringError):
    """A code cell that failed while its notebook was built; nothing was written."""

    def __init__(self, notebook: str, cell: str, source: str, reason: str) -> None:
        super().__init__([f"{notebook} (cell `{cell}`): the cell failed.\n\n{source}\n\n{reason}"])
        self.notebook = notebook
        self.cell = cell
        self.source = source
        self.reason = reason
