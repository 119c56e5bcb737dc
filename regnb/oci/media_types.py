"""Media types of manifests, indexes, configs and layers: OCI's and Docker's.

https://github.com/opencontainers/image-spec/blob/main/media-types.md
"""

from __future__ import annotations

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_EMPTY = "application/vnd.oci.empty.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
OCI_LAYER_GZIP = "application/vnd.oci.image.layer.v1.tar+gzip"
OCI_LAYER_ZSTD = "application/vnd.oci.image.layer.v1.tar+zstd"

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER_GZIP = "application/vnd.docker.image.rootfs.diff.tar.gzip"
_BUILDKIT = "application/vnd.buildkit."
_DOCKER_LAYER = "application/vnd.docker.image.rootfs."
DOCKER_SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+prettyjws"

MANIFESTS = frozenset({OCI_MANIFEST, DOCKER_MANIFEST})
INDEXES = frozenset({OCI_INDEX, DOCKER_LIST})
CONFIGS = frozenset({OCI_CONFIG, DOCKER_CONFIG})

# A registry answers with the type it stores only when the client accepts it: all four, always.
ACCEPTED_MANIFESTS = (OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_LIST)


def is_manifest(media_type: str) -> bool:
    """Whether it is the type of a single image's manifest."""
    return media_type in MANIFESTS


def is_index(media_type: str) -> bool:
    """Whether it is the type of an index (Docker calls it a manifest list)."""
    return media_type in INDEXES


def is_config(media_type: str) -> bool:
    """Whether it is the type of an image's config."""
    return media_type in CONFIGS


def is_blob(media_type: str) -> bool:
    """Whether an index that lists it lists a blob: BuildKit's caches are such indexes.

    https://docs.docker.com/build/cache/backends/registry/
    """
    return is_layer(media_type) or is_config(media_type) or media_type.startswith(_BUILDKIT)


def is_layer(media_type: str) -> bool:
    """Whether it is the type of an image's layer, compressed or not, to be distributed or not."""
    return media_type.startswith(("application/vnd.oci.image.layer.", _DOCKER_LAYER))
