from __future__ import annotations

from regnb.embedded.samples import SampleRegistry
from regnb.oci import (
    Digest,
    ImageIndex,
    ImageManifest,
)

SAMPLES = SampleRegistry()
# The notebooks show these digests: whoever changes a sample builds them again.
DIGESTS = {
    "alpine:latest": "sha256:d30e71b0d999b9334aaba6f9d5d5d72eca1355f9dded54d00be4be6e8a545433",
    "alpine:3.21": "sha256:5db1ef5832d25cd56fc104510e1c4e028bc3397ffee664a41811a9f61de82b50",
    "busybox:latest": "sha256:7242f8d06436b87fdea75fec20017ab59feb11a772a8ce51dc45105153ad0bff",
    "hello-world:latest": "sha256:8ad425deb997ffc2f7e004867e8a1cc0301ac85da7e8bee344665f1dd761b437",
    "nginx:latest": "sha256:3a4ac4210a3944462a6735518d3ef413e3ef91ab4277026339a99be6b7e80e1a",
    "nginx:alpine": "sha256:e3c559819b5cec5958b1acd957bb7e7161efc7e2520edf733968a8adaf8b6d52",
    "registry:2.6": "sha256:67d447e0ab81c158bf997342a43b9e5a570e3d35342c259e9b027d3b6e4d24e8",
    "registry:2": "sha256:57ca66cd4dae7db207dc1be984dd6652a51a0d3b4f1fbde0020c03309f5d85aa",
    "registry:3": "sha256:d48a30e388d7e305eba4be11a260d5a2789879621a8ae1eac508472fe1e7dd7b",
}


def index_of(name: str) -> ImageIndex:
    repository, _, tag = f"library/{name}".partition(":")
    top = SAMPLES.get_manifest(repository, tag)
    assert isinstance(top, ImageIndex)
    return top


def manifest_in(name: str, digest: Digest) -> ImageManifest:
    manifest = SAMPLES.get_manifest(f"library/{name.partition(':')[0]}", digest)
    assert isinstance(manifest, ImageManifest)
    return manifest


def images_of(name: str) -> list[ImageManifest]:
    return [manifest_in(name, entry.digest) for entry in index_of(name).images]
