"""Podman as it comes: it wants TLS of registries on this machine too, and the lab has the mend."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator

import pytest

from regnb.errors import LoopbackWantsTls
from regnb.lab import Lab
from regnb.lab.lab import opening
from regnb.lab.preflight import Preflight
from tests.contract.labs import pushed
from tests.contract.trust import PODMAN, read_settings

pytestmark = [
    pytest.mark.podman,
    pytest.mark.skipif("REGNB_REALPARTS" not in os.environ, reason="this Podman is not the tests'"),
]
SETTINGS = PODMAN.with_name("localhost.conf")


@pytest.fixture
def engine() -> str:
    return "podman"


@pytest.fixture
def distrustful(lab: Lab) -> Iterator[Lab]:
    """A lab on a Podman with no settings of its own for this machine."""
    before = SETTINGS.read_text()
    SETTINGS.unlink()
    read_settings("podman", lambda: not lab.engine.trusts_loopback())
    yield lab
    SETTINGS.write_text(before)
    read_settings("podman", lab.engine.trusts_loopback)


def test_mend_makes_podman_push_to_this_machine(distrustful: Lab) -> None:
    lab = distrustful
    assert "wants TLS" in opening(lab.engine, lab._session.translator)
    findings = Preflight(lab._session.translator, "podman").findings()
    mends = [one.mend for one in findings if "wants TLS" in one.finding]
    with pytest.raises(LoopbackWantsTls) as caught:
        pushed(lab)
    told = lab._session.translator.tell(caught.value)
    assert mends == [told.mend]
    command = re.search(r"`(printf [^`]*)`", told.mend)
    assert command
    subprocess.run(["sh", "-c", command[1].replace("sudo ", "")], check=True)
    read_settings("podman", lab.engine.trusts_loopback)
    lab.push(f"{lab.address}/w3:1.0")
    assert "wants TLS" not in opening(lab.engine, lab._session.translator)
