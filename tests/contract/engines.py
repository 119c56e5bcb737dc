"""The engines that the contract is checked on: one line each in `ENGINES`."""

from __future__ import annotations

import pytest

from regnb.engine import Engine

# Each is what `find_engine` is asked for; None is the one that this machine has.
ENGINES = [
    pytest.param("embedded", id="embedded"),
    pytest.param(None, id="docker", marks=pytest.mark.docker),
    pytest.param("podman", id="podman", marks=pytest.mark.podman),
]


def kind(engine: Engine) -> str:
    """Which of the engines below it is: its flavour, or `containerd` for Docker with that store."""
    is_containerd = engine.flavour == "docker" and engine.has_containerd_store
    return "containerd" if is_containerd else engine.flavour


# Where engines differ. Podman says nothing of the layers while it pushes them:
SILENT_PUSH = {"podman"}
# and it has Go's words, where Docker has its own, for a file that a container does not have.
NO_SUCH_FILE = {"podman": "no such file or directory"}

# Docker with containerd's store describes an image by the size of what is packed, and lists it with
# the size of what is unpacked too;
DESCRIBES_PACKED_SIZES = {"containerd"}
# and shows to a registry on loopback the client certificate that is kept for it, as Podman does.
READS_CERTS_D_FOR_LOOPBACK = {"containerd", "podman"}
# Podman remembers the digest of an index beside that of its image, and tells of neither.
REMEMBERS_TWO_DIGESTS = {"podman"}
# Docker 28 may let a push go on to its end when it is asked to stop; 20.10 and 26.1 cut it off.
MAY_END_PUSHES = {"docker", "containerd"}

_NEW_ADDRESS = "Podman gives a container another address at each start: no certificate names it"
# What cannot be checked on Podman; these tests are not run there.
NOT_ON_PODMAN = {
    "test_authority_in_certs_d": _NEW_ADDRESS,
    "test_certificate_for_other_names": _NEW_ADDRESS,
    "test_certificate_without_san": _NEW_ADDRESS,
    "test_client_certificate": _NEW_ADDRESS,
    "test_expired_certificate": _NEW_ADDRESS,
    "test_password_without_tls": "Podman logs in without TLS at `localhost` only, settings or not",
}

# Podman asks a registry all the same when it has no login to show, and tells what that answers.
NO_LOGIN = {"podman": "unauthorized"}
