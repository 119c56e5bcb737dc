"""Learn what a container registry is by running one.

`open_lab` gives the lab of a notebook, `preflight` says what this machine has, `explain` what the
name of an image stands for. What they need is loaded when called: `import regnb` is instant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regnb.lab import Lab
    from regnb.tables.table import Table
    from regnb.widgets.explanation_view import Explanation

__version__ = "0.1.0"
__all__ = ["__version__", "explain", "open_lab", "preflight"]


def open_lab(language: str | None = None, *, engine: str | None = None) -> Lab:
    """The lab in `language` (`"fr"` or `"en"`); that of the notebook when none is given.

    `engine` chooses the container engine, see `regnb.engine.find_engine`. Raises
    EngineUnavailable, EngineDenied or EngineRemote, told in that language; UnknownLanguage for
    one that the course does not speak.
    """
    from regnb import lab  # noqa: PLC0415 - loads docker and pandas

    return lab.open_lab(language, engine=engine)


def preflight(language: str | None = None, *, engine: str | None = None) -> Table:
    """What this machine has and what will work, one row per check.

    Columns: check, state, finding, mend (str, in `language`; mend is empty when all is well).
    """
    from regnb import lab  # noqa: PLC0415 - loads docker and pandas

    return lab.preflight(language, engine=engine)


def explain(reference: str, language: str | None = None) -> Explanation:
    """The parts of an image reference and what is implied, as a picture, in `language`.

    It needs no lab and no engine. What is no reference is told with the reason.
    """
    from regnb.i18n import translator_for  # noqa: PLC0415 - see the module
    from regnb.widgets.explanation_view import Explanation  # noqa: PLC0415

    return Explanation(translator_for(language), reference)
