"""Steps that show pictures of what the registry holds."""

from __future__ import annotations

from regnb.analysis.holdings import holdings
from regnb.analysis.storage import Storage
from regnb.lab.show import curl
from regnb.lab.steps import Steps
from regnb.lab.telling import told
from regnb.widgets.storage import StorageView


class ViewSteps(Steps):
    """The steps whose result is a picture."""

    @told
    def storage(self) -> StorageView:
        """What the registry stores: each content once, who uses it, what sharing saves.

        Its `storage` has the data, its `contents` and `repositories` are tables.
        """
        client = self._session.client
        self._session.show(curl(f"{client.url}/v2/_catalog"))
        return StorageView(self.translator, Storage.of(holdings(client)))
