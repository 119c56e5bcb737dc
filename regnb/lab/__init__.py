"""What a notebook imports: one object whose methods are the steps of the course."""

from __future__ import annotations

from regnb.lab.lab import Lab, open_lab
from regnb.lab.preflight import preflight

__all__ = ["Lab", "open_lab", "preflight"]
