"""What a registry holds: repositories, tags, an image, its layers and its files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from regnb.analysis.files import ImageFiles
from regnb.i18n import Translator
from regnb.oci import Descriptor, Digest, ImageConfig, ImageIndex, ImageManifest, Layer, Manifest
from regnb.tables.table import BarTable, FactTable, Table

CATALOG = {"repository": "str"}
TAGS = {
    "tag": "str",
    "digest": "str",
    "media_type": "str",
    "platforms": "object",
    "size_bytes": "Int64",
}
LAYERS = {
    "layer": "int64",
    "created_by": "str",
    "size_bytes": "int64",
    "shared_with": "object",
    "digest": "str",
    "diff_id": "str",
    "media_type": "str",
}
FILES = {
    "layer": "int64",
    "path": "str",
    "change": "str",
    "kind": "str",
    "size_bytes": "int64",
    "hidden_bytes": "int64",
    "mode": "str",
    "link_target": "str",
}


def catalog_table(translator: Translator, repositories: Iterable[str]) -> Table:
    """Repositories of a registry, sorted; column repository (str), for example `w3`."""
    rows = [{"repository": name} for name in sorted(repositories)]
    return Table.of(translator, rows, columns=CATALOG)


def tags_table(translator: Translator, tags: Mapping[str, Manifest | Descriptor]) -> Table:
    """Tags of a repository, sorted, one row per tag.

    Columns: tag, digest (of the manifest or index), media_type (str), platforms (list of str,
    empty for a single manifest, whose platform is in its config), size_bytes (int: what a pull
    transfers; missing for an index, which has one size per platform).
    """
    rows = [
        {
            "tag": tag,
            "digest": manifest.digest,
            "media_type": manifest.media_type,
            "platforms": _platforms(manifest),
            "size_bytes": manifest.size if isinstance(manifest, ImageManifest) else None,
        }
        for tag, manifest in sorted(tags.items())
    ]
    return Table.of(translator, rows, columns=TAGS)


def layers_table(
    translator: Translator,
    layers: Sequence[Layer],
    shared_with: Mapping[Digest, list[str]],
    *,
    bars: bool = False,
) -> Table:
    """Layers of an image, oldest first, one row per layer.

    Columns: layer (int, from 1), created_by (str, the instruction), size_bytes (int, compressed),
    digest (of the compressed blob), diff_id (of the tar), media_type (str), shared_with (list of
    the other images of the registry that have this layer, such as `w3:2.0`).
    """
    rows = [
        {
            "layer": number,
            "created_by": layer.created_by,
            "size_bytes": layer.size,
            "digest": layer.digest,
            "diff_id": layer.diff_id,
            "media_type": layer.media_type,
            "shared_with": shared_with.get(layer.digest, []),
        }
        for number, layer in enumerate(layers, start=1)
    ]
    made = BarTable if bars else Table
    return made.of(translator, rows, columns=LAYERS)


def image_table(translator: Translator, manifest: ImageManifest, config: ImageConfig) -> Table:
    """The facts of one image, one row per fact; columns field (str) and value."""
    facts: dict[str, object] = {
        "digest": manifest.digest,
        "media_type": manifest.media_type,
        "image_id": manifest.config.digest,
        "platform": str(config.platform),
        "created": config.created,
        "size_bytes": manifest.size,
        "layers": len(manifest.layers),
        "entrypoint": config.execution.get("Entrypoint") or [],
        "command": config.execution.get("Cmd") or [],
        "exposed_ports": sorted(_keys(config.execution.get("ExposedPorts"))),
        "volumes": sorted(_keys(config.execution.get("Volumes"))),
        "environment": config.execution.get("Env") or [],
        "labels": [f"{key}={value}" for key, value in sorted(config.labels.items())],
    }
    return FactTable.of_facts(translator, facts)


def _platforms(manifest: Manifest | Descriptor) -> list[str]:
    if isinstance(manifest, ImageIndex):
        return [str(entry.platform) for entry in manifest.images if entry.platform]
    return []


def _keys(value: object) -> Iterable[str]:
    return value.keys() if isinstance(value, dict) else ()


def files_table(translator: Translator, files: ImageFiles) -> Table:
    """Entries of all layers, oldest layer first, sorted by path, one row per entry.

    Columns: layer (int, from 1), path (str), change (added, changed, deleted, or kept for a
    directory that was there), kind (file, directory, symlink, hard_link…), size_bytes (int,
    unpacked), hidden_bytes (int, of lower layers, that it hides), mode (str, such as `0644`),
    link_target (str).
    """
    rows = [
        {
            "layer": number,
            "path": change.path,
            "change": change.state,
            "kind": change.kind,
            "size_bytes": change.size,
            "hidden_bytes": change.hidden,
            "mode": f"{change.mode:04o}",
            "link_target": change.link_target,
        }
        for number, layer in enumerate(files.layers, start=1)
        for change in layer.changes
    ]
    return Table.of(translator, rows, columns=FILES)
