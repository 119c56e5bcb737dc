"""What two images share, and where they part: layers with their instructions, and configs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from regnb.oci import ImageConfig, Layer

Side = Literal["both", "first", "second"]


@dataclass(frozen=True, slots=True)
class ComparedLayer:
    """A layer and the images that have it at this place."""

    layer: Layer
    side: Side


@dataclass(frozen=True, slots=True)
class ComparedField:
    """A field of the configs, as each image has it; None where one does not."""

    field: str
    first: object
    second: object

    @property
    def is_same(self) -> bool:
        """Whether both have the same."""
        return self.first == self.second


@dataclass(frozen=True, slots=True)
class Comparison:
    """Layers oldest first, and all fields of the configs sorted by name."""

    layers: tuple[ComparedLayer, ...]
    fields: tuple[ComparedField, ...]

    def bytes_of(self, side: Side) -> int:
        """Compressed bytes of the layers of `side`."""
        return sum(item.layer.size for item in self.layers if item.side == side)

    @property
    def is_same(self) -> bool:
        """Whether all layers and all of the configs are the same."""
        same = all(item.side == "both" for item in self.layers)
        return same and all(field.is_same for field in self.fields)


def compare(
    first: Sequence[Layer], first_config: ImageConfig, second: Sequence[Layer], config: ImageConfig
) -> Comparison:
    """The comparison of two images by their layers and configs."""
    return Comparison(tuple(_layers(first, second)), tuple(_fields(first_config, config)))


def _layers(first: Sequence[Layer], second: Sequence[Layer]) -> Iterator[ComparedLayer]:
    ours, theirs = ([layer.digest for layer in layers] for layers in (first, second))
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    for operation, start, end, other_start, other_end in matcher.get_opcodes():
        if operation == "equal":
            yield from (ComparedLayer(layer, "both") for layer in first[start:end])
        else:
            yield from (ComparedLayer(layer, "first") for layer in first[start:end])
            yield from (ComparedLayer(layer, "second") for layer in second[other_start:other_end])


def _fields(first: ImageConfig, second: ImageConfig) -> Iterator[ComparedField]:
    facts = [
        {
            "platform": str(config.platform),
            "created": config.created.isoformat() if config.created else None,
            **{key: value for key, value in config.execution.items() if value},
        }
        for config in (first, second)
    ]
    for name in sorted(facts[0].keys() | facts[1].keys()):
        yield ComparedField(name, facts[0].get(name), facts[1].get(name))
