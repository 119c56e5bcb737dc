"""A registry as a table of answers: what a tag or a digest is answered with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from werkzeug import Request, Response

from regnb.inventory import inventory
from regnb.oci import Digest, media_types
from tests.registry.apps import Answer, TableApp
from tests.registry.conftest import OpenClient


class Whole:
    """Collects contents, and gives the app that answers with them."""

    def __init__(self) -> None:
        self.tags: dict[str, dict[str, Answer]] = {}
        self.answers: dict[str, Answer] = {}

    def app(self) -> TableApp:
        answers = dict(self.answers)
        names = {"repositories": list(self.tags)}
        answers.setdefault("GET /v2/_catalog", Response(json.dumps(names)))
        for repository, tags in self.tags.items():
            listed = json.dumps({"name": repository, "tags": list(tags)})
            answers.setdefault(f"GET /v2/{repository}/tags/list", Response(listed))
            for tag, answer in tags.items():
                answers[f"GET /v2/{repository}/manifests/{tag}"] = answer
                answers.setdefault(f"HEAD /v2/{repository}/manifests/{tag}", answer)
        return TableApp(answers)

    def layer(self, name: str, size: int) -> dict[str, object]:
        digest = Digest.of(name.encode())
        return {"mediaType": media_types.OCI_LAYER_GZIP, "digest": digest, "size": size}

    def config(self, repository: str, **fields: object) -> dict[str, object]:
        content = json.dumps(fields).encode()
        digest = Digest.of(content)
        self.answers[f"GET /v2/{repository}/blobs/{digest}"] = Response(content)
        return {"mediaType": media_types.OCI_CONFIG, "digest": digest, "size": len(content)}

    def image(self, repository: str, *layers: dict[str, object], **config: object) -> bytes:
        document = {
            "schemaVersion": 2,
            "mediaType": media_types.OCI_MANIFEST,
            "config": self.config(repository, **{"os": "linux", "architecture": "amd64"} | config),
            "layers": list(layers),
        }
        return json.dumps(document).encode()

    def index(self, repository: str, *entries: tuple[bytes, Mapping[str, object]]) -> bytes:
        listed = []
        for content, more in entries:
            self.child(repository, content)
            kind = json.loads(content)["mediaType"]
            entry = {"mediaType": kind, "digest": Digest.of(content), "size": len(content)}
            listed.append({**entry, **more})
        document = {"schemaVersion": 2, "mediaType": media_types.OCI_INDEX, "manifests": listed}
        return json.dumps(document).encode()

    def child(self, repository: str, content: bytes) -> None:
        where = f"GET /v2/{repository}/manifests/{Digest.of(content)}"
        self.answers[where] = manifest(content)

    def tag(self, repository: str, tag: str, answer: bytes | Answer) -> None:
        answer = manifest(answer) if isinstance(answer, bytes) else answer
        self.tags.setdefault(repository, {})[tag] = answer


def manifest(content: bytes, media_type: str = "") -> Response:
    media_type = media_type or json.loads(content)["mediaType"]
    headers = {"Docker-Content-Digest": Digest.of(content)}
    return Response(content, content_type=media_type, headers=headers)


def platform(name: str) -> dict[str, object]:
    os, _, architecture = name.partition("/")
    return {"platform": {"os": os, "architecture": architecture}}


def at(day: int) -> str:
    return f"2024-01-0{day}T00:00:00Z"


def rows(open_client: OpenClient, whole: Whole | TableApp, **options: Any) -> list[dict[str, Any]]:
    app = whole.app() if isinstance(whole, Whole) else whole
    frame = inventory(open_client(app), **options)
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def problems(found: list[dict[str, Any]]) -> dict[str, str]:
    return {f"{row['repository']}:{row['tag']}": row["problem"] for row in found if row["problem"]}


def arrived(found: list[dict[str, Any]]) -> list[str]:
    return [f"{row['repository']}:{row['tag']}" for row in found if row["digest"]]


def limited(answer: Response, times: int, wait: str | None) -> Any:
    """429 for the first `times`, then `answer`."""
    left = [times]

    def respond(_: Request) -> Response:
        left[0] -= 1
        headers = {"Retry-After": wait} if wait else {}
        return Response("", 429, headers) if left[0] >= 0 else answer

    return respond
