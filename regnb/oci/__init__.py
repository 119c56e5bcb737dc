"""The vocabulary of container images: pure data, no clock, no network.

Names and definitions follow the OCI image and distribution specifications,
https://github.com/opencontainers/image-spec and
https://github.com/opencontainers/distribution-spec. Bytes are kept, because a digest is of bytes.
"""

from __future__ import annotations

from regnb.oci.config import ImageConfig, Layer, layers_of
from regnb.oci.descriptor import Descriptor
from regnb.oci.digest import Digest, Hasher
from regnb.oci.manifest import ImageIndex, ImageManifest, Manifest, parse_manifest
from regnb.oci.platform import Platform
from regnb.oci.reference import ImageReference

__all__ = [
    "Descriptor",
    "Digest",
    "Hasher",
    "ImageConfig",
    "ImageIndex",
    "ImageManifest",
    "ImageReference",
    "Layer",
    "Manifest",
    "Platform",
    "layers_of",
    "parse_manifest",
]
