"""What registries keep beside images, and indexes of indexes, where an image is looked at."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from regnb.errors import NotAnImage
from regnb.lab import Lab
from regnb.oci import media_types

COSIGN = "application/vnd.dev.cosign.simplesigning.v1+json"
WASM = "application/vnd.wasm.config.v0+json"
HELM = "application/vnd.cncf.helm.config.v1+json"
CHART = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"


def blob(lab: Lab, media_type: str, content: bytes) -> dict[str, object]:
    digest = lab.client.put_blob("w3", content)
    return {"mediaType": media_type, "digest": digest, "size": len(content)}


def put(lab: Lab, tag: str, media_type: str, **fields: object) -> dict[str, object]:
    """Push a manifest or index as `w3:tag`; its descriptor."""
    whole = {"schemaVersion": 2, "mediaType": media_type, **fields}
    content = json.dumps(whole).encode()
    digest = lab.client.put_manifest("w3", tag, content, media_type=media_type)
    return {"mediaType": media_type, "digest": digest, "size": len(content)}


def artifact(config_type: str, config: bytes, layer_type: str) -> Callable[[Lab], str]:
    """What pushes one as `w3:a`, and gives the type that tells it."""

    def push(lab: Lab) -> str:
        layer = blob(lab, layer_type, b"{}")
        config_of = blob(lab, config_type, config)
        put(lab, "a", media_types.OCI_MANIFEST, config=config_of, layers=[layer])
        return layer_type if config_type == media_types.OCI_CONFIG else config_type

    return push


def index_without_images(lab: Lab) -> str:
    put(lab, "a", media_types.OCI_INDEX, manifests=[])
    return media_types.OCI_INDEX


SIGNATURE = b'{"architecture": "", "os": "", "rootfs": {"type": "layers", "diff_ids": []}}'
ARTIFACTS = {
    "cosign signature": artifact(media_types.OCI_CONFIG, SIGNATURE, COSIGN),
    "WebAssembly": artifact(WASM, b"not JSON", "application/wasm"),
    "chart": artifact(HELM, b'{"name": "chart"}', CHART),
    "empty config": artifact(media_types.OCI_EMPTY, b"{}", "text/plain"),
    "index": index_without_images,
}


@pytest.mark.parametrize("push", ARTIFACTS.values(), ids=ARTIFACTS)
def test_artifact_is_told_as_one(lab: Lab, push: Callable[[Lab], str]) -> None:
    lab.run_registry()
    kind = push(lab)
    for step in (lab.layers, lab.inspect, lab.files, lambda name: lab.compare(name, name)):
        with pytest.raises(NotAnImage, match="is no container image but something else") as caught:
            step("w3:a")
        assert f"`{lab.address}/w3:a`" in str(caught.value)
        assert kind in str(caught.value)


def test_pull_of_an_artifact_is_told_as_one(lab: Lab) -> None:
    lab.run_registry()
    ARTIFACTS["WebAssembly"](lab)
    with pytest.raises(NotAnImage, match="is no container image") as caught:
        lab.pull(f"{lab.address}/w3:a")
    assert "Run the cell again" not in str(caught.value)


def test_index_of_an_index_leads_to_its_image(lab: Lab) -> None:
    lab.run_registry()
    lab.pull("nginx")
    lab.tag("nginx", f"{lab.address}/w3:1.0")
    lab.push(f"{lab.address}/w3:1.0")
    manifest = lab.client.get_manifest("w3", "1.0")
    image = {
        "mediaType": manifest.media_type,
        "digest": manifest.digest,
        "size": len(manifest.content),
        "platform": {"os": "linux", "architecture": "amd64"},
    }
    inner = put(lab, "inner", media_types.OCI_INDEX, manifests=[image])
    put(lab, "outer", media_types.OCI_INDEX, manifests=[inner])
    assert list(lab.layers("w3:outer").digest) == list(lab.layers("w3:1.0").digest)
    assert lab.files("w3:outer").files.layers
