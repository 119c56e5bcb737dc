"""Which tests need the real parts themselves, and not just any engine."""

from __future__ import annotations

import os

import pytest

from tests.realparts.__main__ import ENGINE_PROGRAMS, missing

# Where the real parts run already, nothing may be missing: then a test fails, and is not skipped.
_CAN_RUN = not missing(*ENGINE_PROGRAMS["docker"]) or "REGNB_REALPARTS" in os.environ

needs_real_parts = [
    pytest.mark.docker,
    pytest.mark.skipif(not _CAN_RUN, reason="needs root and a dockerd to start and to break"),
]
