"""The engines that the contract is checked on: one line each in `ENGINES`."""

from __future__ import annotations

import pytest

# Each is what `find_engine` is asked for; None is the one that this machine has.
ENGINES = [
    pytest.param("embedded", id="embedded"),
    pytest.param(None, id="docker", marks=pytest.mark.docker),
    pytest.param("podman", id="podman", marks=pytest.mark.podman),
]

# Where engines differ. Podman says nothing of the layers while it pushes them:
SILENT_PUSH = {"podman"}
# and it has Go's words, where Docker has its own, for a file that a container does not have.
NO_SUCH_FILE = {"podman": "no such file or directory"}

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
# Podman reads the certificates of every registry, loopback or not; so does containerd's store.
READS_CERTS_D = {"podman"}
