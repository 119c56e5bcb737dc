"""The addresses that set the language of JupyterLab: a learner's setting, as if by the menu."""

from __future__ import annotations

import json
from http import HTTPStatus
from importlib import resources
from pathlib import Path
from typing import Any

import json5
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from jupyterlab.commands import get_user_settings_dir  # type: ignore[import-untyped]
from tornado import web

from regnb.i18n import LANGUAGES

PLUGIN = "@jupyterlab/translation-extension:plugin"


def handlers(base_url: str) -> list[tuple[str, type[JupyterHandler]]]:
    """The handlers of a server at `base_url`."""
    return [(url_path_join(base_url, f"regnb/({'|'.join(LANGUAGES)})/?"), Open)]


class Open(JupyterHandler):
    """Opens the notebooks of a language in a JupyterLab that speaks it."""

    @web.authenticated
    def get(self, language: str) -> None:
        """Set the language and go on to the notebooks."""
        set_locale(Path(get_user_settings_dir()), locale_of(language))
        self.redirect(
            url_path_join(self.base_url, "lab/tree/notebooks", language),
            status=HTTPStatus.SEE_OTHER,
        )


def locale_of(language: str) -> str:
    """What JupyterLab calls `language`, as in the settings by which `regnb lab` starts it."""
    file = resources.files("regnb.jupyter") / language / "labconfig/default_setting_overrides.json"
    return str(json.loads(file.read_text("utf-8"))[PLUGIN]["locale"])


def set_locale(folder: Path, locale: str) -> None:
    """Set `locale` in the user's settings in `folder`, and leave the others as they are."""
    extension, _, plugin = PLUGIN.partition(":")
    file = folder / extension / f"{plugin}.jupyterlab-settings"
    settings: dict[str, Any] = {}
    if file.exists():  # JSON with comments
        settings = json5.loads(file.read_text("utf-8"))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({**settings, "locale": locale}, indent=2) + "\n", "utf-8")
