"""Where Podman's Docker API differs; its answers were recorded from podman 4.3.1."""

from __future__ import annotations

import pytest

from regnb.errors import LoopbackWantsTls, PullFailed, PushFailed
from regnb.oci import Digest, ImageReference
from tests.engine.fake_api import VERSION, Answer, FakeApi
from tests.engine.test_engine import OURS, PUSH_PATH, Open

NGINX = ImageReference.parse("nginx")
LOCAL = ImageReference.parse("localhost:5801/x:1")
AWAY = ImageReference.parse("registry.example:5000/x:1")
DIGEST = Digest.of(b"nginx")
OTHER = Digest.of(b"index")
PODMAN = Answer(VERSION | {"Components": [{"Name": "Podman Engine"}]})
IMAGE = "b47772cdc69a572277c1ad0dab67ed733702cb4ac60e762bfdce6c0223839601"
PULL = [
    {"status": "Pulling fs layer", "progressDetail": {}, "id": "73474cc427ef"},
    {"status": "Download complete", "progressDetail": {}, "id": "73474cc427ef"},
    {"status": "Download complete", "progressDetail": {}, "id": IMAGE},
]
REFUSED = (
    'trying to reuse blob sha256:11 at destination: pinging container registry {}: Get "https://{}'
    '/v2/": http: server gave HTTP response to HTTPS client'
)


def image(digests: list[Digest]) -> dict[str, object]:
    return {
        "Id": f"sha256:{IMAGE}",
        "RepoTags": ["docker.io/library/nginx:latest"],
        "RepoDigests": [f"docker.io/library/nginx@{digest}" for digest in digests],
        "Created": "2026-11-20T10:00:00Z",
        "Size": 14100000,
    }


def listed(digests: list[Digest]) -> dict[str, object]:
    return image(digests) | {"Created": 1795423200}


def refusal(host: str) -> Answer:
    text = REFUSED.format(host, host)
    return Answer(lines=[{"errorDetail": {"message": text}, "error": text}])


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ([], [DIGEST], DIGEST),
        ([DIGEST], [DIGEST], DIGEST),
        ([OTHER], [OTHER, DIGEST], DIGEST),
        ([], [OTHER, DIGEST], None),
    ],
    ids=["new", "known", "one-more", "of-an-index"],
)
def test_digest_of_a_pull_is_the_one_that_is_new(
    open_engine: Open, before: list[Digest], after: list[Digest], told: Digest | None
) -> None:
    answers = {
        "GET /version": PODMAN,
        "GET /images/json": Answer([listed(before)]),
        "POST /images/create": Answer(lines=PULL),
        "GET /images/nginx:latest/json": Answer(image(after)),
    }
    *_, last = open_engine(FakeApi(answers)).pull(NGINX)
    assert last.digest == told


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


@pytest.mark.parametrize(
    ("indexes", "trusted"), [({}, False), ({"localhost": {"Secure": False}}, True)]
)
def test_trust_in_this_machine_is_known(
    open_engine: Open, indexes: dict[str, object], trusted: bool
) -> None:
    info = Answer({"RegistryConfig": {"IndexConfigs": indexes}})
    engine = open_engine(FakeApi({"GET /version": PODMAN, "GET /info": info}))
    assert engine.trusts_loopback() is trusted


def test_docker_trusts_this_machine(open_engine: Open) -> None:
    assert open_engine(FakeApi()).trusts_loopback()


def test_image_of_a_container_has_its_familiar_name(open_engine: Open) -> None:
    listed = Answer([OURS | {"Image": "docker.io/library/registry:2.6"}])
    [container] = open_engine(FakeApi({"GET /containers/json": listed})).containers()
    assert container.image == "registry:2.6"
