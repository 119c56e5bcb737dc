"""Which language to speak when nobody said."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePath

from regnb.i18n.catalogue import LANGUAGES

DEFAULT = "en"
SOLUTIONS = "solutions"  # the folder beside the notebooks of a language
# The order of POSIX: https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html
VARIABLES = ("REGNB_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def language_of_locale(environment: Mapping[str, str] = os.environ) -> str:
    """`fr` when the locale is French, else `en`."""
    for variable in VARIABLES:
        value = environment.get(variable, "")
        if value:
            return "fr" if value.lower().startswith("fr") else DEFAULT
    return DEFAULT


def language_of_notebook(
    environment: Mapping[str, str] = os.environ, directory: PurePath | None = None
) -> str:
    """Language of the notebook whose kernel this is, without a word of it in its code.

    The folder of the notebook says it, `fr` or `en` (also around `solutions`): Jupyter Server gives
    the path of the notebook in JPY_SESSION_NAME, and every other runner starts the kernel in that
    folder (`directory`, by default the working directory). A notebook that was moved elsewhere
    speaks as the locale does.
    """
    session = PurePath(environment.get("JPY_SESSION_NAME", ""))
    here = directory or Path.cwd()
    folders = [_folder(session.parent), _folder(here)]
    return next((name for name in folders if name in LANGUAGES), language_of_locale(environment))


def _folder(path: PurePath) -> str:
    return path.parent.name if path.name == SOLUTIONS else path.name
