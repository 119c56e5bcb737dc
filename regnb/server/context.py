"""What every handler is given: the parts of one running registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from werkzeug.wrappers import Request, Response

from regnb.oci import Descriptor, Digest
from regnb.server.access_control import Everybody, Guard
from regnb.server.api_errors import NAME_UNKNOWN, Problem
from regnb.server.configuration import Config
from regnb.server.monitoring import Metrics
from regnb.server.notifications import RegistryEvent
from regnb.server.storage_interface import RegistryStorage, Repository

if TYPE_CHECKING:
    from regnb.server.notifications import Notifier
    from regnb.server.pull_through import PullThrough

# What each manifest is about, None for most; its digest never changes what it is.
Subjects: TypeAlias = dict[Digest, Digest | None]


@dataclass(frozen=True)
class Registry:
    """Storage and settings of one registry, who may use it, and what it counts."""

    storage: RegistryStorage
    config: Config
    guard: Guard = field(default_factory=Everybody)
    metrics: Metrics = field(default_factory=Metrics)
    notifier: Notifier | None = None
    pull_through: PullThrough | None = None
    subjects: Subjects = field(default_factory=dict)

    def repository(self, name: str) -> Repository:
        """The repository `name`, whether it exists or not."""
        return self.storage.repository(name)

    def existing(self, name: str) -> Repository:
        """The repository `name`; raises Problem with NAME_UNKNOWN when nothing is in it."""
        repository = self.storage.repository(name)
        if not repository.exists():
            raise Problem(NAME_UNKNOWN, {"name": name})
        return repository

    def notify(self, request: Request, event: RegistryEvent) -> None:
        """Tell those who listen, if anybody does."""
        if self.notifier:
            self.notifier.notify(event, request)

    def notify_of_pull(
        self, request: Request, name: str, content: Descriptor, tag: str = ""
    ) -> None:
        """Tell of a pull, when `request` is more than a question whether it is there."""
        if request.method == "GET":
            self.notify(request, RegistryEvent("pull", name, content, tag))


Handler: TypeAlias = Callable[..., Response]
"""Takes the registry, the request, and the variable parts of the path by name."""

__all__ = ["Handler", "Registry", "Request", "Response", "Subjects"]
