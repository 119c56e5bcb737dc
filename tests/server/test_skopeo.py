"""Skopeo as an outside witness: whole images go in and come out, also with TLS and a password."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import bcrypt
import pytest
import trustme

from regnb.oci import Digest, media_types
from regnb.registry import Credentials, RegistryClient, UrllibTransport
from regnb.server import Config, DirectoryStorage, create_app
from regnb.server.config import Htpasswd, Tls
from regnb.server.http_server import serving
from regnb.server.tls import context_of
from tests.contract.test_copying import push_index
from tests.oci import samples

# CI installs skopeo: where it is missing there, these tests fail.
pytestmark = pytest.mark.skipif(
    shutil.which("skopeo") is None and "CI" not in os.environ, reason="skopeo is not installed"
)
LAYERS = 200


@dataclass(frozen=True)
class Place:
    """A registry: its client, its address, and how skopeo gets in; `side` is `src` or `dest`."""

    client: RegistryClient
    address: str
    options: tuple[str, ...]

    def words(self, side: str) -> list[str]:
        return [option.format(side=side) for option in self.options]


@pytest.fixture(params=["plain", "secured"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with ExitStack() as stack:
        made = _secured if request.param == "secured" else _plain
        yield made(stack, tmp_path)


def _plain(stack: ExitStack, folder: Path) -> Place:
    server = stack.enter_context(serving(create_app(DirectoryStorage(folder / "store"))))
    address = f"localhost:{server.port}"
    client = stack.enter_context(RegistryClient(f"http://{address}"))
    return Place(client, address, ("--{side}-tls-verify=false",))


def _secured(stack: ExitStack, folder: Path) -> Place:
    authority, trusted = trustme.CA(), folder / "trusted"
    trusted.mkdir()
    issued = authority.issue_cert("localhost")
    authority.cert_pem.write_to_path(str(trusted / "ca.crt"))
    issued.cert_chain_pems[0].write_to_path(str(folder / "cert.pem"))
    issued.private_key_pem.write_to_path(str(folder / "key.pem"))
    hashed = bcrypt.hashpw(b"secret", bcrypt.gensalt(4)).decode()
    (folder / "htpasswd").write_text(f"anna:{hashed}\n")
    app = create_app(
        DirectoryStorage(folder / "store"), Config(htpasswd=Htpasswd(str(folder / "htpasswd")))
    )
    context = context_of(Tls(str(folder / "cert.pem"), str(folder / "key.pem")))
    server = stack.enter_context(serving(app, context=context))
    address = f"localhost:{server.port}"
    transport = UrllibTransport(ca_file=trusted / "ca.crt")
    client = stack.enter_context(
        RegistryClient(
            f"https://{address}", transport=transport, credentials=Credentials("anna", "secret")
        )
    )
    options = ("--{side}-tls-verify=true", f"--{{side}}-cert-dir={trusted}")
    return Place(client, address, (*options, "--{side}-creds=anna:secret"))


def skopeo(*words: str) -> None:
    done = subprocess.run(["skopeo", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def through_skopeo(place: Place, folder: Path, name: str) -> None:
    """Copy `name` out of the registry into a folder, and back into it as `back/…`."""
    inside, copy = f"dir:{folder}/copied", ("copy", "--all", "--preserve-digests")
    skopeo(*copy, *place.words("src"), f"docker://{place.address}/{name}", inside)
    skopeo(*copy, *place.words("dest"), inside, f"docker://{place.address}/back/{name}")


def test_index_goes_through_skopeo_byte_for_byte(place: Place, tmp_path: Path) -> None:
    digest = push_index(place.client, "w3", "1.0")
    through_skopeo(place, tmp_path, "w3:1.0")
    back = place.client.get_manifest("back/w3", "1.0")
    assert back.digest == digest
    assert back.content == place.client.get_manifest("w3", "1.0").content


@pytest.mark.parametrize("place", ["plain"], indirect=True)
def test_image_of_200_layers_goes_through_skopeo(place: Place, tmp_path: Path) -> None:
    contents = [f"layer {number}".encode() for number in range(LAYERS)]
    diff_ids = [str(Digest.of(content)) for content in contents]
    config = samples.config([{"created_by": f"RUN {number}"} for number in range(LAYERS)], diff_ids)
    for content in (config, *contents):
        place.client.put_blob("large", content)
    manifest = samples.manifest(*contents, config=config)
    place.client.put_manifest("large", "1.0", manifest, media_type=media_types.OCI_MANIFEST)
    through_skopeo(place, tmp_path, "large:1.0")
    assert place.client.get_manifest("back/large", "1.0").content == manifest
    assert place.client.get_blob("back/large", Digest.of(contents[-1])) == contents[-1]


@pytest.mark.parametrize("place", ["secured"], indirect=True)
def test_skopeo_without_the_password_is_refused(place: Place, tmp_path: Path) -> None:
    push_index(place.client, "w3", "1.0")
    words = [word for word in place.words("src") if "creds" not in word]
    source, target = f"docker://{place.address}/w3:1.0", f"oci:{tmp_path}/layout:x"
    done = subprocess.run(
        ["skopeo", "copy", *words, source, target], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "unauthorized" in done.stderr
