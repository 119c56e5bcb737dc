"""The curl commands that the lab shows do what they stand for, as they stand."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from regnb.lab import Lab
from tests.contract.labs import Printed

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
PATH = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))


def run(command: str, password: str = "") -> str:
    """What a shell answers to `command`, in which the password is typed after the name."""
    if password:
        command = re.sub(r"--user (\w+)", rf"--user \1:{password}", command)
    told = command.replace("curl ", "curl --silent --fail-with-body ", 1)
    environment = {**os.environ, "PATH": PATH}
    found = subprocess.run(
        told, shell=True, capture_output=True, text=True, env=environment, check=False
    )
    assert found.returncode == 0, (command, found.stdout, found.stderr)
    return found.stdout


def commands(text: str) -> list[str]:
    return [line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ curl ")]


@needs_curl
@pytest.mark.parametrize("clients", [False, True])
def test_curl_trusts_a_registry_with_a_certificate_of_the_lab(
    lab: Lab, printed: Printed, clients: bool
) -> None:
    lab.issue("server", "localhost")
    lab.issue("lab", client=True)
    lab.run_registry(tls="server", clients=clients)
    printed()
    lab.catalog()
    (shown,) = commands(printed())
    assert json.loads(run(shown)) == {"repositories": []}
    (exchange,) = lab.wire().exchanges
    assert '"repositories"' in run(exchange.curl)


@needs_curl
def test_curl_asks_for_the_password_of_whom_the_lab_is(lab: Lab, printed: Printed) -> None:
    lab.add_user("anna")
    password = lab._session.users.password_of("anna")
    lab.run_registry(auth="htpasswd")
    lab.login("anna")
    printed()
    lab.catalog()
    (shown,) = commands(printed())
    assert "--user anna " in shown
    assert password not in shown
    assert json.loads(run(shown, password)) == {"repositories": []}


@needs_curl
def test_curl_needs_nothing_else_for_a_registry_without_both(lab: Lab, printed: Printed) -> None:
    lab.run_registry()
    printed()
    lab.catalog()
    assert commands(printed()) == [f"curl http://{lab.address}/v2/_catalog"]
