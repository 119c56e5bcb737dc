"""Chain IDs: what Docker calls the stacks of layers.

https://github.com/opencontainers/image-spec/blob/main/config.md#layer-chainid
"""

from __future__ import annotations

from hashlib import sha256

from regnb.oci import ImageConfig


def chain_ids(config: ImageConfig) -> list[str]:
    """Chain IDs of the layers, the highest first."""
    chain: list[str] = []
    for diff_id in config.diff_ids:
        text = f"{chain[-1]} {diff_id}" if chain else ""
        chain.append(f"sha256:{sha256(text.encode()).hexdigest()}" if text else diff_id)
    return chain[::-1]
