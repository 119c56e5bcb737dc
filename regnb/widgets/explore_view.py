"""A registry to browse: its repositories, their tags, and what is behind each of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar

from markupsafe import Markup

from regnb.analysis.browse import BrowsedImage, RegistryBrowser
from regnb.i18n import Translator
from regnb.widgets.base_view import View
from regnb.widgets.explore_files import layer_html
from regnb.widgets.explore_frame import frame, overview, tags_table
from regnb.widgets.explore_image import image_slots
from regnb.widgets.explore_live import ExploreWidget

SHOWN = 20


class Explore(View):
    """The registry at `address`, asked through `browser` when the learner looks there.

    `repositories` are those that were there when it was asked last.
    """

    styles: ClassVar = ("explore.css",)
    live: ClassVar = True

    def __init__(self, translator: Translator, browser: RegistryBrowser, address: str) -> None:
        super().__init__(translator)
        self.address = address
        self.repositories = browser.repositories()
        self._browser = browser

    def caption(self) -> Markup:
        """How much the registry holds."""
        return overview(self.translator, self.address, len(self.repositories))

    def picture(self, *, live: bool = False) -> Markup:
        """The places that the widget fills; without it, a table of the first repositories."""
        if live:
            return frame(self.translator)
        shown = {name: self._browser.tags(name) for name in self.repositories[:SHOWN]}
        return tags_table(self.translator, shown, len(self.repositories) - len(shown))

    def reply(self, act: str, value: str) -> dict[str, Any]:
        """The answer to a message of the widget: `slots` are HTML, the rest is data.

        Raises RegistryError.
        """
        asked = json.loads(value or "{}")
        replies: dict[str, Callable[[dict[str, str]], dict[str, Any]]] = {
            "tags": self._tags,
            "image": self._image,
            "files": self._files,
            "poll": self._changes,
        }
        return replies[act](asked)

    def refresh(self) -> None:
        """Have the widget look at once whether something has changed."""
        if "widget" in vars(self):
            self.widget.look()

    @cached_property
    def widget(self) -> ExploreWidget:
        """The live view."""
        return ExploreWidget(self)

    def _tags(self, asked: dict[str, str]) -> dict[str, Any]:
        repository = asked["repository"]
        return {"repository": repository, "tags": self._browser.tags(repository)}

    def _image(self, asked: dict[str, str]) -> dict[str, Any]:
        image = self._browser.image(
            asked["repository"], asked["reference"], asked.get("chosen", "")
        )
        return self._told(image)

    def _told(self, image: BrowsedImage) -> dict[str, Any]:
        slots = image_slots(self.translator, self.address, image)
        return {"image": image.digest, "slots": {name: str(html) for name, html in slots.items()}}

    def _files(self, asked: dict[str, str]) -> dict[str, Any]:
        blocks = self._browser.layer(asked["repository"], asked["digest"])
        return {"slots": {"files": str(layer_html(self.translator, asked["digest"], blocks))}}

    def _changes(self, asked: dict[str, str]) -> dict[str, Any]:
        """What has become of all that is seen, as far as it is not as it was."""
        changes: dict[str, Any] = {"polled": True}
        repositories = self._browser.repositories()
        if repositories != self.repositories:
            self.repositories = repositories
            changes["repositories"] = repositories
            changes["slots"] = {"caption": str(self.caption())}
        repository, reference = asked.get("repository", ""), asked.get("reference", "")
        if repository:
            changes |= self._tags(asked)
        if reference:
            changes["image"] = self._browser.digest(repository, reference)
        return changes
