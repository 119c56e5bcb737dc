"""Whom to trust, and who we are: the folder of a registry in `certs.d`, read as Docker reads it.

https://docs.docker.com/engine/security/certificates/
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from regnb.embedded.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Trust:
    """Authorities beside those of the system, and the files of a certificate and its key."""

    authorities: tuple[Path, ...] = ()
    pair: tuple[Path, Path] | None = None
    verify: bool = True


def trust_in(folders: Sequence[Path], host: str) -> Trust:
    """What the first of `folders` that knows `host` (with its port) has for it.

    Raises Refusal (500) for a certificate without its key, or a key without its certificate.
    """
    here = next((folder / host for folder in folders if (folder / host).is_dir()), None)
    if here is None:
        return Trust()
    pairs = [(path, _partner(path, ".key")) for path in sorted(here.glob("*.cert"))]
    for path in here.glob("*.key"):
        _partner(path, ".cert")
    return Trust(tuple(sorted(here.glob("*.crt"))), pairs[0] if pairs else None)


def _partner(path: Path, ending: str) -> Path:
    partner = path.with_suffix(ending)
    if partner.exists():
        return partner
    if ending == ".key":
        message = (
            f"missing key {partner.name} for client certificate {path.name}. "
            "CA certificates must use the extension .crt"
        )
    else:
        message = f"missing client certificate {partner.name} for key {path.name}"
    raise Refusal(500, message)
