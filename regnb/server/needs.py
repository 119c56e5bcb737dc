"""Which blobs a manifest cannot do without."""

from __future__ import annotations

from regnb.oci import Descriptor, Digest, ImageManifest, Manifest

# Layers that licences keep from being passed on: they are fetched from elsewhere.
# https://github.com/opencontainers/image-spec/blob/main/layer.md#non-distributable-layers
NOT_DISTRIBUTED = ("nondistributable", "foreign")


def needs_of(manifest: Manifest) -> frozenset[Digest]:
    """Config and layers of an image; nothing for an index, whose manifests may be elsewhere."""
    if not isinstance(manifest, ImageManifest):
        return frozenset()
    parts = (manifest.config, *manifest.layers)
    return frozenset(part.digest for part in parts if _is_distributed(part))


def _is_distributed(part: Descriptor) -> bool:
    return not any(word in part.media_type for word in NOT_DISTRIBUTED)
