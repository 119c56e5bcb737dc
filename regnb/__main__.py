"""`python -m regnb` is `regnb`."""

from __future__ import annotations

from regnb.cli import main

main(prog_name="regnb")
