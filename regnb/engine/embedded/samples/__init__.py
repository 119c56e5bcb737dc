"""Sample images: what stands in for Docker Hub where there is no network.

They have the shape of the real ones (layers, history, settings) and nothing to run, and say so by
a label. Their bytes are the same on every machine, and so are their digests.
"""

from __future__ import annotations

from regnb.engine.embedded.samples.build import LABEL
from regnb.engine.embedded.samples.registry import SampleRegistry

__all__ = ["LABEL", "SampleRegistry"]
