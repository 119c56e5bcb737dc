"""Sample images: what stands in for Docker Hub where there is no network.

They have the shape of the real ones (an index of several platforms with attestations, layers,
history, settings) and nothing to run, and say so by a label. Their bytes are the same on every
machine, and so are their digests.
"""

from __future__ import annotations

from regnb.embedded.samples.recipes import LABEL
from regnb.embedded.samples.sample_registry import SampleRegistry, offered

__all__ = ["LABEL", "SampleRegistry", "offered"]
