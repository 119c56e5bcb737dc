"""What a container is asked to run, and whether that is a registry."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from regnb.embedded.containers.record import ContainerRecord
from regnb.embedded.refusal import not_here

_PROGRAMS = frozenset({"registry", "docker-registry"})
# The official image starts by a script that puts `registry` in front of what it knows:
# https://github.com/distribution/distribution-library-image/blob/master/docker-entrypoint.sh
_SCRIPT = "entrypoint.sh"
_WORDS = frozenset({"serve", "garbage-collect", "help"})


@dataclass(frozen=True, slots=True)
class RegistryCommand:
    """A command of Distribution's program: `serve` or another word, and the arguments after it."""

    word: str
    arguments: tuple[str, ...]

    @property
    def config_file(self) -> str:
        """Path of the configuration, in the container; empty when none is named."""
        return next((text for text in self.arguments if not text.startswith("-")), "")


def registry_command(container: ContainerRecord) -> RegistryCommand:
    """The registry command of `container`; raises Refusal (501) when it runs something else."""
    program, *arguments = container.command or [""]
    name = PurePosixPath(program).name
    if name == _SCRIPT and arguments:
        if arguments[0].endswith((".yml", ".yaml")):
            return RegistryCommand("serve", tuple(arguments))
        if PurePosixPath(arguments[0]).name in _PROGRAMS:
            arguments = arguments[1:]
        name = "registry"
    is_known = bool(arguments) and (arguments[0] in _WORDS or arguments[0].startswith("-"))
    if name not in _PROGRAMS or not is_known:
        raise not_here(
            f"running `{' '.join(container.command)}` (image {container.image})",
            "it runs registries only; use Docker for this image.",
        )
    return RegistryCommand(arguments[0], tuple(arguments[1:]))
