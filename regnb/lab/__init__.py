"""What a notebook imports: one object whose methods are the steps of the course.

One module for each noun, with a class of steps, which `Lab` inherits, and the work beside it, as
functions. *The step shows the command and makes the table; the work returns data.* So only methods
of a class of steps, and `open_lab` and `preflight`, call `show`, `say` or one of `regnb.tables`.

What the rule cannot hold for is progress: it is drawn while the work goes on. There the step makes
the bar and hands it to the work (`CountBar`), or draws what the work yields (`follow`).
"""

from __future__ import annotations

from regnb.lab.lab import Lab, open_lab
from regnb.lab.preflight import preflight

__all__ = ["Lab", "open_lab", "preflight"]
