"""Learn what a container registry is by running one."""

from __future__ import annotations

__version__ = "0.1.0"
