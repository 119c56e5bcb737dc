"""The step that lists the whole registry."""

from __future__ import annotations

from regnb.inventory import default_path, inventory
from regnb.lab.show import command
from regnb.lab.steps.base import Steps
from regnb.lab.telling import told
from regnb.widgets.count import CountBar
from regnb.widgets.pages import PagedTable


class InventorySteps(Steps):
    """The steps about the registry as a whole."""

    @told
    def inventory(self, *, max_age: float = 0.0) -> PagedTable:
        """Every tag of the registry, sorted, one row per tag; see `regnb.inventory`.

        What did not change since the last time is not fetched again. What was asked for less than
        `max_age` seconds ago is not even asked for. A kernel that is interrupted goes on
        where it was when the step is run again. A long table is leafed through, and searched.
        """
        client = self._session.client
        self._session.show(command("regnb", "ls", client.url))
        with CountBar(self.translator, "inventory.progress") as bar:
            frame = inventory(
                client,
                tell=lambda error: self.translator.tell(error).text,
                cache=default_path(),
                max_age=max_age,
                on_count=bar,
            )
        return PagedTable.showing(self._session.translator, frame)
