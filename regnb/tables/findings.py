"""What a check of this machine found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from regnb.i18n import Translator
from regnb.tables.table import Table

FINDINGS = {"check": "str", "state": "str", "finding": "str", "mend": "str"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked; all texts but `level` are in the language of the reader.

    `level` is `good`, `note` or `bad`; `mend` is empty when there is nothing to do.
    """

    check: str
    level: str
    state: str
    finding: str
    mend: str = ""


def findings_table(translator: Translator, findings: Iterable[Finding]) -> Table:
    """One row per check: check, state, finding and mend (str; mend is empty when all is well)."""
    rows = [{name: getattr(finding, name) for name in FINDINGS} for finding in findings]
    return Table.of(translator, rows, columns=FINDINGS)
