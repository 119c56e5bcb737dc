"""The registry, to browse."""

from __future__ import annotations

from regnb.analysis.browse import RegistryBrowser
from regnb.lab.steps.base import Steps
from regnb.lab.telling import told
from regnb.widgets.explore_view import Explore


class ExploreSteps(Steps):
    """The steps that look at the whole registry."""

    @told
    def explore(self) -> Explore:
        """The lab's registry to browse: repositories, tags, manifests, configs, layers, files.

        In a notebook it follows what is pushed and deleted. `lab.wire()` does not hear it: it asks
        again and again.
        """
        session = self._session
        source = RegistryBrowser(session.quiet_client, session.engine.platform)
        view = Explore(self.translator, source, session.address)
        session.exchanges.follow(view)
        return view
