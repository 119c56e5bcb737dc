from __future__ import annotations

import re
from pathlib import Path

import regnb.server


def test_reading_map_names_every_file() -> None:
    folder = Path(regnb.server.__file__).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert set(re.findall(r"`(\w+)`", regnb.server.__doc__ or "")) == files
