"""What Jupyter loads of regnb: `regnb/fr` and `regnb/en`, which open the course in a language.

A link to a JupyterLab cannot say its language, and on Binder there is one image for all: so the
badge of a language opens this address, which sets the learner's language and goes on to the
notebooks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "regnb.jupyter"}]


def _load_jupyter_server_extension(server: ServerApp) -> None:
    from regnb.jupyter.handlers import handlers  # noqa: PLC0415 - only where Jupyter runs

    application = server.web_app
    application.add_handlers(".*$", handlers(server.base_url))  # type: ignore[no-untyped-call]
