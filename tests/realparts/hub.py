"""A stand-in for Docker Hub: Debian's docker-registry, and what a Hub that refuses says.

The engine asks its mirror first, over HTTP, and then Docker Hub itself by name, over TLS: both are
the same storage here, so that an image that does not exist is told as Docker Hub tells it.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme
from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

from regnb.embedded.samples import SampleRegistry
from regnb.errors import BlobNotFound
from regnb.oci import Descriptor, Digest, ImageManifest, parse_manifest
from regnb.registry import RegistryClient
from tests.realparts.images import Recipe, build
from tests.realparts.processes import Running, running

HUB_NAMES = ("registry-1.docker.io", "auth.docker.io", "index.docker.io")
HTTPS = 443
_LISTENING = re.compile(r"listening on 127\.0\.0\.1:(\d+)")


@dataclass(frozen=True)
class Certificate:
    """Files of a server's certificate, of its key, and of the authority that signed it."""

    chain: Path
    key: Path
    authority: Path


@dataclass(frozen=True)
class Server:
    """A registry on loopback."""

    port: int
    running: Running

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"


def make_certificate(folder: Path) -> Certificate:
    """A certificate for the names of Docker Hub, valid for this run only."""
    folder.mkdir()
    certificate = Certificate(*(folder / name for name in ("hub.pem", "hub.key", "ca.pem")))
    authority = trustme.CA()
    server = authority.issue_cert(*HUB_NAMES)
    authority.cert_pem.write_to_path(certificate.authority)
    server.private_key_pem.write_to_path(certificate.key)
    for number, part in enumerate(server.cert_chain_pems):
        part.write_to_path(certificate.chain, append=number > 0)
    return certificate


@contextmanager
def registry(folder: Path, *, name: str, tls: Certificate | None = None) -> Iterator[Server]:
    """Debian's docker-registry over the storage in `folder`, with TLS on its port if `tls`."""
    http: dict[str, object] = {"addr": f"127.0.0.1:{HTTPS if tls else 0}"}
    if tls:
        http["tls"] = {"certificate": str(tls.chain), "key": str(tls.key)}
    config = folder / f"{name}.yml"
    config.write_text(json.dumps(_configuration(folder / "hub", http)))
    command = ["docker-registry", "serve", str(config)]
    with running(command, log=folder / f"{name}.log") as process:
        yield Server(process.wait_for(lambda: listening_port(process.log)), process)


@contextmanager
def limited_hub(tls: Certificate) -> Iterator[None]:
    """Docker Hub as it answers when the limit of pulls is reached."""
    server = make_server(
        "127.0.0.1",
        HTTPS,
        _refuse_for_now,
        threaded=True,
        request_handler=_Quiet,
        ssl_context=(str(tls.chain), str(tls.key)),
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def upload(recipe: Recipe, server: Server) -> None:
    """Build the image of `recipe` and put it into the registry under its tags."""
    top, contents = build(recipe)
    with RegistryClient(f"http://{server.address}") as client:
        for tag in recipe.tags:
            _upload(contents.blobs.__getitem__, client, recipe.repository, top, tag)


def upload_sample(repository: str, server: Server) -> None:
    """Put the samples of `repository` in the place of what the registry has there.

    They are what the embedded engine pulls, so notebooks show the same on both engines.
    """
    samples = SampleRegistry()

    def content(digest: Digest) -> bytes:
        try:
            return samples.get_blob(repository, digest)
        except BlobNotFound:
            return samples.get_manifest(repository, digest).content

    with RegistryClient(f"http://{server.address}") as client:
        for tag in samples.list_tags(repository):
            top = samples.get_manifest(repository, tag)
            where = Descriptor(top.media_type, top.digest, len(top.content))
            _upload(content, client, repository, where, tag)


def _upload(
    content: Callable[[Digest], bytes],
    client: RegistryClient,
    repository: str,
    where: Descriptor,
    reference: str,
) -> None:
    """Upload the manifest or index at `where`, and before it all that it leads to."""
    manifest = parse_manifest(content(where.digest), where.media_type)
    if isinstance(manifest, ImageManifest):
        for blob in (manifest.config, *manifest.layers):
            client.put_blob(repository, content(blob.digest))
    else:
        for entry in manifest.manifests:
            _upload(content, client, repository, entry, entry.digest)
    client.put_manifest(repository, reference, manifest.content, media_type=manifest.media_type)


def _configuration(storage: Path, http: dict[str, object]) -> dict[str, object]:
    # JSON is YAML: https://distribution.github.io/distribution/about/configuration/
    return {
        "version": "0.1",
        "log": {"accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(storage)}},
        "http": http,
    }


def listening_port(log: Path) -> int | None:
    """The port that a registry says in its `log` that it listens at; None until it does."""
    found = _LISTENING.search(log.read_text("utf-8", "replace"))
    return int(found[1]) if found else None


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's names
        """Write no access log."""


@Request.application
def _refuse_for_now(request: Request) -> Response:
    version = {"Docker-Distribution-Api-Version": "registry/2.0"}
    if request.path == "/v2/":
        return Response("{}", 200, version, content_type="application/json")
    # The words of Docker Hub: https://docs.docker.com/docker-hub/usage/pulls/
    text = (
        "You have reached your pull rate limit. You may increase the limit by authenticating and "
        "upgrading: https://www.docker.com/increase-rate-limit"
    )
    body = {"errors": [{"code": "TOOMANYREQUESTS", "message": text}]}
    return Response(json.dumps(body), 429, version, content_type="application/json")
