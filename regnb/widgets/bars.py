"""HTML that changes, for bars that move."""

from __future__ import annotations

from typing import Any

import ipywidgets


class BarsWidget(ipywidgets.HTML):  # type: ignore[misc]
    """HTML that changes; without a module that a browser may still load when all is over."""

    def mimebundle(self) -> dict[str, Any]:
        """What a frontend with widgets shows."""
        return dict(self._repr_mimebundle_())
