"""`python -m regnb.embedded SOCKET HOME HUB IDLE`: the engine in the background.

`regnb engine run` does the same for people; this one loads neither the texts nor the commands.
"""

from __future__ import annotations

import sys
from pathlib import Path

from regnb.embedded.background import RUNS_ALREADY
from regnb.embedded.daemon import EngineRuns, run
from regnb.embedded.home import Home
from regnb.errors import EngineError

if __name__ == "__main__":
    socket, home, hub, idle = sys.argv[1:]
    try:
        run(Home(Path(home)), Path(socket), hub=hub, idle=float(idle))
    except EngineRuns:
        sys.exit(RUNS_ALREADY)
    except (EngineError, OSError) as error:
        sys.exit(str(error))
