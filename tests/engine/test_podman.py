"""Where Podman's Docker API differs; its answers were recorded from podman 4.3.1."""

from __future__ import annotations

import pytest

from regnb.errors import LoopbackWantsTls, PullFailed, PushFailed
from regnb.oci import Digest, ImageReference
from tests.engine.fake_api import Answer, FakeApi
from tests.engine.test_engine import OURS, PUSH_PATH, Open

NGINX = ImageReference.parse("nginx")
LOCAL = ImageReference.parse("localhost:5801/x:1")
AWAY = ImageReference.parse("registry.example:5000/x:1")
DIGEST = Digest.of(b"nginx")
IMAGE = "b47772cdc69a572277c1ad0dab67ed733702cb4ac60e762bfdce6c0223839601"
PULL = [
    {"status": "Pulling fs layer", "progressDetail": {}, "id": "73474cc427ef"},
    {"status": "Download complete", "progressDetail": {}, "id": "73474cc427ef"},
    {"status": "Download complete", "progressDetail": {}, "id": IMAGE},
]
INSPECTED = {
    "Id": f"sha256:{IMAGE}",
    "RepoTags": ["docker.io/library/nginx:latest"],
    "RepoDigests": [f"docker.io/library/nginx@{DIGEST}"],
    "Created": "2026-11-20T10:00:00Z",
    "Size": 14100000,
}
REFUSED = (
    'trying to reuse blob sha256:11 at destination: pinging container registry {}: Get "https://{}'
    '/v2/": http: server gave HTTP response to HTTPS client'
)


def refusal(host: str) -> Answer:
    text = REFUSED.format(host, host)
    return Answer(lines=[{"errorDetail": {"message": text}, "error": text}])


def test_digest_of_a_pull_is_that_of_the_image(open_engine: Open) -> None:
    answers = {
        "POST /images/create": Answer(lines=PULL),
        "GET /images/nginx:latest/json": Answer(INSPECTED),
    }
    *_, last = open_engine(FakeApi(answers)).pull(NGINX)
    assert last.digest == DIGEST


def test_tls_asked_of_this_machine_is_told_with_its_mend(open_engine: Open) -> None:
    answers = {PUSH_PATH: refusal("localhost:5801"), "POST /images/create": refusal("localhost")}
    engine = open_engine(FakeApi(answers))
    with pytest.raises(LoopbackWantsTls) as caught:
        list(engine.push(LOCAL))
    assert caught.value.subject == "localhost:5801"
    assert isinstance(caught.value, PushFailed)
    with pytest.raises(LoopbackWantsTls):
        list(engine.pull(LOCAL))


def test_tls_asked_of_another_machine_is_as_it_has_to_be(open_engine: Open) -> None:
    host = "registry.example:5000"
    answers = {f"POST /images/{host}/x/push": refusal(host), "POST /images/create": refusal(host)}
    engine = open_engine(FakeApi(answers))
    for move, error in ((engine.push, PushFailed), (engine.pull, PullFailed)):
        with pytest.raises(error) as caught:
            list(move(AWAY))
        assert not isinstance(caught.value, LoopbackWantsTls)


def test_container_that_does_not_run_has_no_ports(open_engine: Open) -> None:
    listed = Answer([OURS | {"State": "exited"}])
    [container] = open_engine(FakeApi({"GET /containers/json": listed})).containers()
    assert container.ports == ()
