from __future__ import annotations

import pytest

from regnb.errors import (
    AddressUnusable,
    DeletionOff,
    ManifestNotFound,
    ProxyFailed,
    TLSFailed,
    Unsupported,
)
from regnb.i18n import Translator

URL = "http://registry.lab:5000/v2/w3/manifests/1.0"


def test_error_says_what_was_asked_for() -> None:
    error = ManifestNotFound("unknown tag", status=404, method="GET", url=URL)
    assert str(error) == f"GET {URL}: unknown tag"
    assert str(ManifestNotFound("unknown tag")) == "unknown tag"


def test_deletion_that_is_off_keeps_the_exchange() -> None:
    refused = Unsupported("unsupported", status=405, method="DELETE", url=URL)
    error = DeletionOff(refused)
    assert (error.message, error.status, error.method, error.url) == (
        "unsupported",
        405,
        "DELETE",
        URL,
    )


@pytest.mark.parametrize(
    ("status", "kind"),
    [(0, "proxy_silent"), (407, "proxy_login"), (403, "proxy_refuses"), (502, "proxy_fails")],
)
def test_proxy_says_by_its_status_what_it_did(status: int, kind: str) -> None:
    reason = ProxyFailed("no", proxy="proxy.lab:3128", status=status, url=URL).reason
    assert (reason.kind, reason.host, reason.who) == (kind, "registry.lab:5000", "proxy.lab:3128")


def test_words_are_those_of_the_reason() -> None:
    tell = Translator("en").tell
    failed = TLSFailed("certificate verify failed", reason="wrong_name", url=URL)
    assert tell(failed).mend == tell(failed, reason="other").mend
    assert tell(failed).mend != tell(TLSFailed("closed", reason="closed", url=URL)).mend
    taken = AddressUnusable("0.0.0.0:80", "taken", "address in use")
    assert (taken.reason_key, taken.mend_key) == ("address.taken.text", "address.taken.mend")
