"""Whose lab this is: the value of the label that everything the lab creates carries."""

from __future__ import annotations

import getpass
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from regnb.engine import OWNER_LABEL

LABEL = OWNER_LABEL
VARIABLE = "REGNB_LAB"


def lab_id(environment: Mapping[str, str] = os.environ) -> str:
    """Identity of this learner's lab: `REGNB_LAB`, else eight digits of user and home directory.

    A new kernel of the same learner finds the same lab again; another learner on the same engine
    has another one.
    """
    chosen = environment.get(VARIABLE)
    if chosen:
        return chosen
    return hashlib.sha256(f"{_user()}:{Path.home()}".encode()).hexdigest()[:8]


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container may run as a user without a name
        return str(getattr(os, "getuid", int)())
