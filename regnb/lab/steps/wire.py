"""What went over the wire."""

from __future__ import annotations

from functools import cache
from urllib.parse import urlsplit

from regnb.analysis.wire import shown
from regnb.lab.requests import trust_options
from regnb.lab.show import command
from regnb.lab.steps.base import Steps
from regnb.lab.telling import told
from regnb.widgets.wire_view import Wire


class WireSteps(Steps):
    """The step that shows the others' exchanges."""

    @told
    def wire(self) -> Wire:
        """The HTTP exchanges of this notebook with registries behind the last step.

        Secrets are masked. An engine that pulls or pushes speaks to the registry itself: of that,
        `lab.logs()` has what the registry wrote down.
        """
        heard = self._session.exchanges
        options = cache(self._options)
        exchanges = [
            shown(exchange, options(urlsplit(exchange.url).netloc)) for exchange in heard.kept
        ]
        return Wire(self.translator, heard.step, exchanges, heard.count)

    def _options(self, address: str) -> str:
        options = trust_options(self._session, address)
        return command(*options, folder=self._session.folder.path).text
