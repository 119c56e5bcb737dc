from __future__ import annotations

from pathlib import Path

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from regnb.embedded.api.router import Api
from regnb.embedded.core import EmbeddedEngine
from regnb.embedded.home import Home
from regnb.embedded.remote.pull_sources import HubPlaces
from tests.embedded.calls import error_in, pull, statuses
from tests.embedded.faults import troubled
from tests.embedded.images import fill


def hub_engine(
    folder: Path, host: str, mirrors: tuple[tuple[str, str], ...] = ()
) -> EmbeddedEngine:
    return EmbeddedEngine(Home(folder / "hub"), places=HubPlaces(host, mirrors))


@pytest.mark.parametrize("limited", ["manifests", "blobs"])
def test_limited_hub_gives_way_to_a_mirror(
    engine: EmbeddedEngine, tmp_path: Path, registry: str, limited: str
) -> None:
    fill(registry, "mirror/library/nginx", engine, b"layer")

    def limit(request: Request) -> Response | None:
        is_limited = request.method == "GET" and f"/{limited}/" in request.path
        return Response(status=429) if is_limited else None

    with troubled(limit) as (_, address):
        fill(address, "library/nginx", engine, b"layer")
        mirrored = hub_engine(tmp_path, address, ((f"http://{registry}", "mirror/"),))
        told = statuses(pull(Client(Api(mirrored)), "nginx", "1"))
        mirrored.close()
    assert told[1] == f"The pull limit of Docker Hub is reached: this image comes from {registry}"


def test_manifest_is_asked_for_once(engine: EmbeddedEngine, tmp_path: Path) -> None:
    with troubled(lambda _: None) as (app, address):
        fill(address, "library/nginx", engine, b"layer")
        app.seen.clear()
        reached = hub_engine(tmp_path, address)
        assert error_in(pull(Client(Api(reached)), "nginx", "1")) == ""
        reached.close()
    assert [path.count("/manifests/") for _, path, _ in app.seen].count(1) == 1


def test_hub_that_cannot_be_reached_gives_way_to_a_sample(tmp_path: Path) -> None:
    lonely = hub_engine(tmp_path, "localhost:1")
    told = statuses(pull(Client(Api(lonely)), "nginx"))
    lonely.close()
    assert told[1] == (
        "Not from Docker Hub (localhost:1 cannot be reached): this is a sample image of regnb"
    )
    assert lonely.images.find("nginx").source == "samples"


def test_what_has_no_sample_either_says_why_and_names_the_samples(tmp_path: Path) -> None:
    lonely = hub_engine(tmp_path, "localhost:1")
    response = Client(Api(lonely)).post("/images/create?fromImage=python&tag=latest")
    lonely.close()
    assert response.status_code == 500
    assert "connection refused (samples of regnb: alpine, busybox" in response.text


def test_samples_can_be_forbidden(tmp_path: Path) -> None:
    strict = EmbeddedEngine(Home(tmp_path / "strict"), hub="hub", places=HubPlaces("localhost:1"))
    response = Client(Api(strict)).post("/images/create?fromImage=nginx&tag=latest")
    strict.close()
    assert response.status_code == 500
    assert "connection refused" in response.text


def test_registry_mirrors_are_asked_before_hub(
    engine: EmbeddedEngine, tmp_path: Path, registry: str
) -> None:
    manifest = fill(registry, "library/nginx", engine, b"layer")
    mirrored = hub_engine(tmp_path, "localhost:1")
    mirrored.home.settings.write_text(f'{{"registry-mirrors": ["http://{registry}"]}}')
    pull(Client(Api(mirrored)), "nginx", "1")
    mirrored.close()
    assert mirrored.images.find("nginx:1").manifest.digest == manifest.digest
