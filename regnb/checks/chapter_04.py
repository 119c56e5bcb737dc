"""Checks and questions of chapter 04."""

from __future__ import annotations

import ssl

from cryptography import x509

from regnb.checks.checked_lab import CheckedLab, tagged
from regnb.checks.definitions import NOT_ATTEMPTED, PASSED, Outcome, check, failed, question

question("04-other-address", "same", "refused", right="refused", prediction=True)
question("04-which-way", "insecure", "localhost", "tls", right="tls")

_NEW_NAME = "registry.lab"


@check("04-mutual")
def mutual(lab: CheckedLab) -> Outcome:
    """Whether the registry speaks TLS, as the last one of the lesson."""
    return PASSED if lab.client.url.startswith("https:") else NOT_ATTEMPTED


@check("04-one-more-name", after=("04-mutual",))
def one_more_name(lab: CheckedLab) -> Outcome:
    """Whether the registry shows a certificate for `registry.lab` beside its other names."""
    names = _names_shown(lab)
    if _NEW_NAME not in names:
        return NOT_ATTEMPTED
    kept = "localhost" in names and len(names) > 2
    return PASSED if kept else failed("names_lost", names=", ".join(f"`{one}`" for one in names))


@check("04-team", after=("04-mutual",))
def team(lab: CheckedLab) -> Outcome:
    """Whether the registry holds `team/w3:1.0`."""
    found = tagged(lab, "team/w3")
    if "1.0" in found:
        return PASSED
    return failed("other_tag", tag=min(found)) if found else NOT_ATTEMPTED


def _names_shown(lab: CheckedLab) -> list[str]:
    host, _, port = lab.address.rpartition(":")
    text = ssl.get_server_certificate((host, int(port)), timeout=10.0)
    extensions = x509.load_pem_x509_certificate(text.encode()).extensions
    try:
        names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [str(name.value) for name in names]
