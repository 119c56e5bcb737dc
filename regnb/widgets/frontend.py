"""What runs this code: the kernel of a notebook, and whether somebody looks at it."""

from __future__ import annotations

import os
from collections.abc import Mapping

# `0` where outputs are stored or compared: nothing moves, and nothing needs a kernel to be seen.
VARIABLE = "REGNB_PROGRESS"


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook."""
    try:
        from IPython import get_ipython  # noqa: PLC0415 - a terminal does without it
    except ImportError:
        return False
    return getattr(get_ipython(), "kernel", None) is not None


def somebody_looks(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether what moves or answers has its place in the outputs of this kernel."""
    return environment.get(VARIABLE) != "0" and in_notebook()


def cell_number() -> int:
    """The number of the cell that runs, as its brackets show it; 0 outside a notebook."""
    if not in_notebook():
        return 0
    from IPython import get_ipython  # noqa: PLC0415 - a terminal does without it

    return int(get_ipython().execution_count)
