from __future__ import annotations

import gc
import json
from collections.abc import Callable
from typing import TypeAlias

import pytest

from regnb.engine import OWNER_LABEL, Engine
from regnb.errors import (
    ContainerNotFound,
    EngineUnavailable,
    HubRateLimited,
    HubUnreachable,
    ImageNotFound,
    NameTaken,
    PortTaken,
    PullFailed,
    PushFailed,
)
from regnb.oci import ImageReference, Platform
from tests.engine.fake_api import CREATED, INFO, VERSION, Answer, FakeApi, message
from tests.engine.test_progress import PULL, PUSH

Open: TypeAlias = Callable[[FakeApi], Engine]

NGINX = ImageReference.parse("nginx")
W3 = ImageReference.parse("localhost:5801/x:1")
REGISTRY = ImageReference.parse("registry:2.6")
PUSH_PATH = "POST /images/localhost:5801/x/push"
OURS = {
    "Id": CREATED["Id"],
    "Names": ["/registry"],
    "Image": "registry:2.6",
    "Created": 1795423200,
    "State": "running",
    "Labels": {OWNER_LABEL: "true"},
    "Ports": [{"IP": "127.0.0.1", "PrivatePort": 5000, "PublicPort": 5801, "Type": "tcp"}],
}
INSPECTED = {"Id": CREATED["Id"], "Name": "/registry", "State": {"Status": "created"}}


def started(**answers: Answer) -> FakeApi:
    """An engine where `registry` can be created and started."""
    path = f"/containers/{CREATED['Id']}"
    return FakeApi(
        {
            "POST /containers/create": answers.get("create", Answer(CREATED, 201)),
            f"GET {path}/json": Answer(INSPECTED),
            f"POST {path}/start": answers.get("start", Answer(status=204)),
            f"DELETE {path}": Answer(status=204),
            "GET /containers/json": answers.get("listed", Answer([OURS])),
        }
    )


def test_engine_tells_what_it_is(open_engine: Open) -> None:
    engine = open_engine(FakeApi())
    assert (engine.flavour, engine.version) == ("docker", "20.10.24+dfsg1")
    assert (engine.api_version, engine.platform) == ("1.41", Platform("linux", "amd64"))


def test_engine_of_podman(open_engine: Open) -> None:
    version = VERSION | {"Components": [{"Name": "Podman Engine"}, {"Name": "Conmon"}]}
    assert open_engine(FakeApi({"GET /version": Answer(version)})).flavour == "podman"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (INFO["DriverStatus"], False),
        ([["driver-type", "io.containerd.snapshotter.v1"]], True),
        (None, False),
    ],
    ids=["overlay2", "containerd", "podman"],
)
def test_containerd_store_is_recognised(open_engine: Open, status: object, expected: bool) -> None:
    engine = open_engine(FakeApi({"GET /info": Answer({"DriverStatus": status})}))
    assert engine.has_containerd_store is expected


def test_pull_gives_its_progress(open_engine: Open) -> None:
    api = FakeApi({"POST /images/create": Answer(lines=PULL)})
    *_, last = open_engine(api).pull(NGINX)
    assert last.status == "Status: Downloaded newer image for nginx:latest"
    assert api.queries[-1] == "tag=latest&fromImage=nginx"


@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [
        (404, "manifest for nginx:latest not found: manifest unknown", ImageNotFound),
        (500, 'Get "https://registry-1.docker.io/v2/": dial tcp: no such host', HubUnreachable),
        (500, "toomanyrequests: You have reached your pull rate limit.", HubRateLimited),
        (500, "no space left on device", PullFailed),
    ],
)
def test_pull_that_fails_before_its_stream(
    open_engine: Open, status: int, text: str, kind: type[Exception]
) -> None:
    engine = open_engine(FakeApi({"POST /images/create": Answer(message(text), status)}))
    with pytest.raises(kind, match=text.split(":", maxsplit=1)[0]):
        list(engine.pull(NGINX))


def test_pull_that_fails_inside_its_stream(open_engine: Open) -> None:
    lines = [*PULL[:3], {"error": "toomanyrequests: Too Many Requests"}]
    engine = open_engine(FakeApi({"POST /images/create": Answer(lines=lines)}))
    with pytest.raises(HubRateLimited):
        list(engine.pull(NGINX))


def test_pull_that_is_left_in_the_middle_leaves_nothing_open(open_engine: Open) -> None:
    engine = open_engine(FakeApi({"POST /images/create": Answer(lines=PULL * 50)}))
    assert next(engine.pull(NGINX)).status.startswith("Pulling from")
    gc.collect()


def test_push_gives_the_digest_last(open_engine: Open) -> None:
    api = FakeApi({PUSH_PATH: Answer(lines=PUSH)})
    *_, last = open_engine(api).push(W3)
    assert last.digest is not None
    assert api.queries[-1] == "tag=1"


def test_push_that_is_refused_inside_its_stream_raises(open_engine: Open) -> None:
    lines = [*PUSH[:2], {"error": "manifest invalid"}]
    engine = open_engine(FakeApi({PUSH_PATH: Answer(lines=lines)}))
    with pytest.raises(PushFailed, match="manifest invalid"):
        list(engine.push(W3))


@pytest.mark.parametrize(
    "body",
    [
        {"errorDetail": {"message": "connection refused"}, "error": "connection refused"},
        {"detail": "connection refused"},
        ["connection refused"],
        "connection refused",
    ],
)
def test_push_that_is_refused_in_other_words_than_the_api_has(
    open_engine: Open, body: object
) -> None:
    engine = open_engine(FakeApi({PUSH_PATH: Answer(body, status=500)}))
    with pytest.raises(PushFailed, match="connection refused"):
        list(engine.push(W3))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_push_whose_engine_goes_away(open_engine: Open) -> None:
    engine = open_engine(FakeApi({PUSH_PATH: Answer(lines=PUSH[:3], broken=True)}))
    with pytest.raises(EngineUnavailable) as caught:
        list(engine.push(W3))
    assert caught.value.subject == engine.endpoint


def test_push_that_ends_without_a_digest_is_not_taken_for_done(open_engine: Open) -> None:
    engine = open_engine(FakeApi({PUSH_PATH: Answer(lines=PUSH[:4])}))
    with pytest.raises(PushFailed, match="before it was whole"):
        list(engine.push(W3))


def test_closed_engine_keeps_no_connection(open_engine: Open) -> None:
    engine = open_engine(FakeApi())
    pools = engine.client.api.get_adapter("http+docker://localhost").pools  # type: ignore[attr-defined]
    assert len(pools) > 0
    engine.close()
    assert len(pools) == 0


def test_images_are_one_per_tag_and_have_a_name(open_engine: Open) -> None:
    digest = f"sha256:{'a' * 64}"
    entry = {"Id": "sha256:ab05", "Created": 1795420522, "Size": 22854305}
    listed = [
        entry
        | {
            "RepoTags": ["registry:2.6", "localhost:5801/x:1"],
            "RepoDigests": [f"localhost:5801/x@{digest}"],
        },
        entry | {"RepoTags": None, "RepoDigests": None},
        entry | {"RepoTags": ["<none>:<none>"], "RepoDigests": ["<none>@<none>"]},
        entry | {"RepoTags": ["docker.io/library/nginx:latest"], "RepoDigests": None},
    ]
    images = open_engine(FakeApi({"GET /images/json": Answer(listed)})).images()
    assert [(image.name, image.tag, image.repo_digests) for image in images] == [
        ("localhost:5801/x", "1", (f"localhost:5801/x@{digest}",)),
        ("nginx", "latest", ()),
        ("registry", "2.6", ()),
    ]
    assert images[0].created.isoformat() == "2026-11-23T07:55:22+00:00"


def test_image_that_is_not_there_is_none(open_engine: Open) -> None:
    path = "GET /images/nginx:latest/json"
    engine = open_engine(FakeApi({path: Answer(message("No such image: nginx:latest"), 404)}))
    assert engine.find_image(NGINX) is None


def test_containers_of_an_engine_that_writes_null(open_engine: Open) -> None:
    listed = OURS | {"Labels": None, "Ports": None, "Names": ["/web/registry", "/registry"]}
    [container] = open_engine(FakeApi({"GET /containers/json": Answer([listed])})).containers()
    assert (container.name, container.ports, container.is_ours) == ("registry", (), False)


def test_run_container_publishes_on_loopback_with_our_label(open_engine: Open) -> None:
    api = started()
    container = open_engine(api).run_container(
        REGISTRY, name="registry", host_port=5801, labels={"regnb.lab": "x"}
    )
    asked = json.loads(api.bodies[api.asked.index("POST /containers/create")])
    assert asked["HostConfig"]["PortBindings"] == {
        "5000/tcp": [{"HostIp": "127.0.0.1", "HostPort": "5801"}]
    }
    assert asked["Labels"] == {OWNER_LABEL: "true", "regnb.lab": "x"}
    assert container.host_port(5000) == 5801


def test_run_container_on_a_taken_port_leaves_nothing(open_engine: Open) -> None:
    taken = message("Bind for 127.0.0.1:5801 failed: port is already allocated")
    api = started(start=Answer(taken, 500))
    with pytest.raises(PortTaken) as caught:
        open_engine(api).run_container(REGISTRY, name="registry", host_port=5801)
    assert caught.value.subject == "5801"
    assert (api.asked[-1], api.queries[-1]) == (
        f"DELETE /containers/{CREATED['Id']}",
        "v=True&link=False&force=True",
    )


@pytest.mark.parametrize(("labels", "ours"), [({OWNER_LABEL: "true"}, True), ({}, False)])
def test_run_container_under_a_taken_name(
    open_engine: Open, labels: dict[str, str], ours: bool
) -> None:
    taken = message('The container name "/registry" is already in use by container "8caee"')
    api = started(create=Answer(taken, 409), listed=Answer([OURS | {"Labels": labels}]))
    with pytest.raises(NameTaken) as caught:
        open_engine(api).run_container(REGISTRY, name="registry", host_port=5801)
    assert (caught.value.subject, caught.value.ours) == ("registry", ours)


def test_run_container_of_an_image_that_is_not_there(open_engine: Open) -> None:
    api = started(create=Answer(message("No such image: registry:2.6"), 404))
    with pytest.raises(ImageNotFound) as caught:
        open_engine(api).run_container(REGISTRY, name="registry", host_port=5801)
    assert caught.value.subject == "registry:2.6"


def test_volumes_are_made_with_our_label_and_paths_are_not(open_engine: Open) -> None:
    api = started()
    api.answers["POST /volumes/create"] = Answer({"Name": "data", "Labels": {}}, 201)
    open_engine(api).run_container(
        REGISTRY,
        name="registry",
        host_port=5801,
        volumes={"data": "/var/lib/registry", "/srv/config.yml": "/etc/config.yml"},
    )
    made = [body for name, body in zip(api.asked, api.bodies, strict=True) if "volumes" in name]
    assert [json.loads(body)["Labels"] for body in made] == [{OWNER_LABEL: "true"}]


def test_container_that_is_not_ours_is_never_removed(open_engine: Open) -> None:
    api = started(listed=Answer([OURS | {"Labels": {}}]))
    with pytest.raises(NameTaken):
        open_engine(api).remove_container("registry")
    assert not [name for name in api.asked if name.startswith("DELETE")]


def test_container_of_ours_is_removed_with_its_anonymous_volumes(open_engine: Open) -> None:
    api = started()
    open_engine(api).remove_container("registry")
    assert api.queries[-1] == "v=True&link=False&force=True"


def test_container_that_is_not_there(open_engine: Open) -> None:
    with pytest.raises(ContainerNotFound):
        open_engine(FakeApi()).remove_container("registry")


def test_volume_that_is_not_ours_is_never_removed(open_engine: Open) -> None:
    api = FakeApi({"GET /volumes": Answer({"Volumes": None})})
    with pytest.raises(NameTaken):
        open_engine(api).remove_volume("data")
    assert not [name for name in api.asked if name.startswith("DELETE")]
