"""Which language to speak when nobody said."""

from __future__ import annotations

import os
from collections.abc import Mapping

DEFAULT = "en"
# The order of POSIX: https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html
VARIABLES = ("REGNB_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def language_of_locale(environment: Mapping[str, str] = os.environ) -> str:
    """`fr` when the locale is French, else `en`."""
    for variable in VARIABLES:
        value = environment.get(variable, "")
        if value:
            return "fr" if value.lower().startswith("fr") else DEFAULT
    return DEFAULT


def language_of_notebook(environment: Mapping[str, str] = os.environ) -> str:
    """Language of the notebook that runs here; that of the locale elsewhere."""
    return language_of_locale(environment)
