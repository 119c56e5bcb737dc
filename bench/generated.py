"""A registry of any size that keeps nothing: its answers are made when they are asked for.

    python -m bench.generated REPOSITORIES

Prints its port. It is no registry to trust: it exists to be asked a hundred thousand times.
"""

from __future__ import annotations

import hashlib
import json
import socket
import sys
import threading
from urllib.parse import parse_qs, urlsplit

from regnb.oci import media_types

TAGS = 5
PAGE = 1000
BASES = 20


class Generated:
    """What is answered to a path."""

    def __init__(self, repositories: int) -> None:
        self.names = [f"team-{number % 37}/app.{number:06}" for number in range(repositories)]
        self._configs: dict[str, bytes] = {}

    def answer(self, target: str) -> tuple[bytes, str]:
        """The body, and the headers that are not of all answers."""
        parts = urlsplit(target)
        if parts.path == "/v2/_catalog":
            return self.catalogue(parse_qs(parts.query).get("last", [""])[0])
        repository, _, rest = parts.path.removeprefix("/v2/").rpartition("/")
        repository, _, kind = repository.rpartition("/")
        if kind == "tags":
            tags = [f"1.{number}" for number in range(TAGS)]
            return json.dumps({"name": repository, "tags": tags}).encode(), ""
        if kind == "blobs":
            return self._configs.pop(rest), ""
        content = self.manifest(repository, rest)
        digest = f"Docker-Content-Digest: {digest_of(content)}\r\n"
        return content, f"{digest}Content-Type: {media_types.OCI_MANIFEST}\r\n"

    def catalogue(self, last: str) -> tuple[bytes, str]:
        start = int(last) if last else 0
        end = start + PAGE
        more = f'Link: </v2/_catalog?last={end}>; rel="next"\r\n' if end < len(self.names) else ""
        return json.dumps({"repositories": self.names[start:end]}).encode(), more

    def manifest(self, repository: str, tag: str) -> bytes:
        own = f"{repository}:{tag}"
        base = hash(repository) % BASES
        layers = [described(f"{base} {number}", media_types.OCI_LAYER_GZIP) for number in range(4)]
        layers.append(described(own, media_types.OCI_LAYER_GZIP))
        diff_ids = [layer["digest"] for layer in layers]
        config = json.dumps(
            {
                "os": "linux",
                "architecture": "amd64",
                "created": "2024-01-01T00:00:00Z",
                "config": {"Labels": {"title": own}},
                "rootfs": {"type": "layers", "diff_ids": diff_ids},
                "history": [{"created_by": f"RUN step {n}"} for n in range(5)],
            }
        ).encode()
        digest = digest_of(config)
        self._configs[digest] = config
        entry = {"mediaType": media_types.OCI_CONFIG, "digest": digest, "size": len(config)}
        document = {"mediaType": media_types.OCI_MANIFEST, "config": entry, "layers": layers}
        return json.dumps({"schemaVersion": 2, **document}).encode()


def described(text: str, media_type: str) -> dict[str, object]:
    return {"mediaType": media_type, "digest": digest_of(text.encode()), "size": 1000}


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def serve(connection: socket.socket, generated: Generated) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection, connection.makefile("rb") as stream:
        while line := stream.readline():
            while stream.readline() not in {b"\r\n", b""}:
                pass
            body, more = generated.answer(line.split()[1].decode())
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{more}\r\n"
            connection.sendall(head.encode() + body)


def main(repositories: int) -> None:
    generated = Generated(repositories)
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        while True:
            connection, _ = server.accept()
            threading.Thread(target=serve, args=(connection, generated), daemon=True).start()


if __name__ == "__main__":
    main(int(sys.argv[1]))
