"""The lab whole, on every engine that is at hand."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from regnb.cli import main
from regnb.engine.ports import ports_of_lab
from regnb.errors import (
    ContainerNotFound,
    ImageNotFound,
    InvalidPort,
    InvalidReference,
    NameTaken,
    NotARegistry,
    PortTaken,
    PushFailed,
    PushToHub,
    RegistryDiffers,
    RegistryError,
    RegistryStopped,
    Unauthorized,
)
from regnb.lab import Lab
from regnb.lab.cleanup import leftovers
from regnb.lab.lab import opening
from regnb.oci import ImageManifest, ImageReference
from regnb.registry import RegistryClient
from tests.contract.labs import OpenLab, Printed, pushed
from tests.servers import answering

NGINX = ImageReference.parse("nginx")


def push_variant_without_the_last_layer(
    client: RegistryClient, source: str, repository: str
) -> None:
    manifest = client.get_manifest(source, "1.0")
    assert isinstance(manifest, ImageManifest)
    fields = json.loads(manifest.content)
    fields["layers"].pop()
    for descriptor in [manifest.config, *manifest.layers[:-1]]:
        assert client.mount_blob(repository, descriptor.digest, source=source)
    content = json.dumps(fields).encode()
    client.put_manifest(repository, "1.0", content, media_type=manifest.media_type)


def test_every_step_of_the_lab(lab: Lab) -> None:
    assert list(lab.run_registry().state) == ["running"]
    assert lab.catalog().empty
    w3 = pushed(lab)
    assert list(lab.catalog().repository) == ["w3"]
    assert list(lab.tags("w3").tag) == ["1.0"]
    assert len(lab.layers("w3:1.0")) > 1
    digest = lab.tags("w3").digest[0]
    lab.remove_image(w3, "nginx")
    lab.pull(w3)
    assert any(digest in name for image in lab.engine.images() for name in image.repo_digests)
    lab.clean_up()
    assert lab.containers().empty


def test_tags_of_one_image_share_its_id(lab: Lab) -> None:
    w3 = pushed(lab)
    images = lab.images().set_index(["repository", "tag"]).image_id
    assert images["nginx", "latest"] == images[w3.removesuffix(":1.0"), "1.0"]


def test_every_step_shows_its_command(lab: Lab, printed: Printed) -> None:
    w3 = pushed(lab)
    shown = printed()
    for command in (
        "$ docker container run --name registry --detach --publish 127.0.0.1:",
        "$ docker image pull nginx\n",
        f"$ docker image tag nginx {w3}\n",
        f"$ docker image push {w3}\n",
    ):
        assert command in shown
    lab.catalog()
    assert f"$ curl http://{lab.address}/v2/_catalog\n" in printed()


def test_layers_tell_instruction_digests_and_who_shares_them(lab: Lab) -> None:
    pushed(lab)
    push_variant_without_the_last_layer(lab.client, "w3", "other")
    layers = lab.layers("w3:1.0")
    assert layers.created_by.str.len().min() > 0
    assert layers.digest.str.fullmatch(r"sha256:[0-9a-f]{64}").all()
    assert layers.diff_id.str.fullmatch(r"sha256:[0-9a-f]{64}").all()
    assert layers.shared_with[0] == ["other:1.0"]
    assert list(layers.shared_with)[-1] == []


def test_inspect_tells_platform_and_command(lab: Lab) -> None:
    pushed(lab)
    facts = lab.inspect("w3:1.0").set_index("field").value
    assert facts["platform"].startswith("linux/")
    assert facts["command"]
    assert facts["layers"] == len(lab.layers("w3:1.0"))


def test_running_twice_keeps_the_registry(lab: Lab, open_a_lab: OpenLab, printed: Printed) -> None:
    first = lab.run_registry().container_id[0]
    printed()
    assert lab.run_registry().container_id[0] == first
    assert "running already" in printed()
    assert open_a_lab().run_registry().container_id[0] == first


def test_another_image_or_port_than_that_of_the_registry_is_refused(lab: Lab) -> None:
    lab.run_registry("registry:2.6")
    with pytest.raises(RegistryDiffers, match=r"lab\.clean_up\(\)"):
        lab.run_registry("registry:3")
    with pytest.raises(RegistryDiffers):
        lab.run_registry(port=5999)
    assert lab.run_registry("registry:2.6").image[0] == "registry:2.6"


def test_second_registry_is_found_again_by_its_name(lab: Lab, open_a_lab: OpenLab) -> None:
    lab.run_registry()
    second = lab.run_registry(name="registry-other").container_id[0]
    assert open_a_lab().run_registry(name="registry-other").container_id[0] == second


def test_new_kernel_finds_what_the_lab_made(lab: Lab, open_a_lab: OpenLab) -> None:
    w3 = pushed(lab)
    again = open_a_lab()
    assert f"{again.address}/w3:1.0" == w3
    again.clean_up()
    assert again.engine.find_image(ImageReference.parse(w3)) is None


def test_stopped_registry_is_told_and_started_again(lab: Lab) -> None:
    w3 = pushed(lab)
    lab.engine.stop_container("registry")
    with pytest.raises(RegistryStopped, match=r"lab\.run_registry\(\)"):
        lab.catalog()
    with pytest.raises(PushFailed):
        lab.push(w3)
    lab.run_registry()
    assert list(lab.catalog().repository) == ["w3"]


def test_registry_that_is_not_there_is_told(lab: Lab) -> None:
    with pytest.raises(ContainerNotFound, match=r"lab\.run_registry\(\)"):
        lab.catalog()


def test_foreign_container_is_never_touched(lab: Lab, printed: Printed) -> None:
    lab.run_registry()
    lab.clean_up()
    lab.pull("registry:2.6")
    foreign = lab.engine.client.containers.create("registry:2.6", name="registry")
    try:
        with pytest.raises(NameTaken, match="untouched"):
            lab.run_registry(name="registry")
        assert lab.run_registry().name[0] == "registry-2"
        assert "not this lab’s" in printed()
        lab.clean_up(keep_images=True)
        foreign.reload()
        assert foreign.status == "created"
    finally:
        foreign.remove(v=True)


def test_taken_port_gives_another_one(lab: Lab, printed: Printed) -> None:
    first = ports_of_lab()[0]
    with socket.create_server(("127.0.0.1", first)):
        lab.run_registry()
        assert lab.address == f"localhost:{first + 1}"
        assert f"Port {first} is taken by another program" in printed()
        lab.clean_up()
        with pytest.raises(PortTaken, match=f"Port {first} is taken"):
            lab.run_registry(port=first)
    assert lab.containers().empty


def test_port_that_is_taken_just_now_gives_the_next_one(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ports_of_lab()[0]
    with socket.create_server(("127.0.0.1", first)):
        monkeypatch.setattr("regnb.engine.ports.is_free", lambda _: True)
        lab.run_registry()
        monkeypatch.undo()
    assert lab.address == f"localhost:{first + 1}"


def test_reader_is_told_to_read_another_address_than_that_of_the_text(
    lab: Lab, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regnb.lab.registry.somebody_looks", lambda: True)
    for _ in range(2):
        lab.run_registry()
        assert f"`localhost:5000`, read `{lab.address}`" in printed()
    lab.run_registry(name="registry-other")
    assert "`localhost:5000`" not in printed()


def test_lab_that_can_begin_nowhere_does_not_open(
    open_a_lab: OpenLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGNB_PORT", "five")
    with pytest.raises(InvalidPort, match="start JupyterLab again"):
        open_a_lab()


def test_examples_of_mends_name_the_registry_at_hand(lab: Lab) -> None:
    lab.run_registry()
    with pytest.raises(InvalidReference) as caught:
        lab.tag("nginx", f"{lab.address}/")
    assert f"`{lab.address}/w3:1.0`" in str(caught.value)


def test_two_learners_on_one_engine(open_a_lab: OpenLab, printed: Printed) -> None:
    first, second = open_a_lab("first"), open_a_lab("second")
    first.run_registry()
    second.run_registry()
    assert first.address != second.address
    assert "taken by another registry" in printed()
    second.clean_up()
    assert first.catalog().empty


def test_push_without_a_registry_in_the_name_is_refused(lab: Lab) -> None:
    with pytest.raises(PushToHub, match="Docker Hub"):
        lab.push("w3:1.0")


@pytest.mark.parametrize(
    ("status", "headers", "error", "mend"),
    [
        (401, {"Docker-Distribution-Api-Version": "registry/2.0"}, Unauthorized, "docker login"),
        (403, {"Server": "AirTunes/770.8.1"}, NotARegistry, "Use another port"),
    ],
)
def test_other_registry_that_refuses_is_told(
    lab: Lab, status: int, headers: dict[str, str], error: type[RegistryError], mend: str
) -> None:
    with answering(status, headers) as port, pytest.raises(error, match=mend):
        lab.tags(f"localhost:{port}/w3")


def test_image_that_does_not_exist_is_told_in_french(open_a_lab: OpenLab) -> None:
    lab = open_a_lab(language="fr")
    with pytest.raises(ImageNotFound, match="Vérifiez l’orthographe"):
        lab.tag("no-such-image", "localhost:5000/x:1")
    with pytest.raises(InvalidReference, match="minuscules"):
        lab.tag("nginx", "localhost:5000/W3:1.0")


def test_image_of_the_learner_stays(lab: Lab, printed: Printed) -> None:
    for _ in lab.engine.pull(NGINX):
        pass
    try:
        pushed(lab)
        lab.remove_image("nginx")
        assert "was here before this lab" in printed()
        lab.clean_up()
        assert lab.engine.find_image(NGINX) is not None
    finally:
        lab.engine.remove_image(NGINX)


def test_clean_up_twice_and_with_nothing_to_do(lab: Lab, printed: Printed) -> None:
    volumes = {volume.id for volume in lab.engine.client.volumes.list()}
    lab.clean_up()
    assert "nothing to remove" in printed()
    pushed(lab)
    lab.clean_up()
    assert "Nothing that carries this lab’s label is left" in printed()
    assert not list(leftovers(lab.engine))
    assert {volume.id for volume in lab.engine.client.volumes.list()} == volumes


def test_lab_says_from_the_start_which_registry_the_store_of_its_engine_asks_for(lab: Lab) -> None:
    lab.run_registry()
    [registry] = lab.engine.containers(label="regnb=test-learner")
    told = "`registry:3`" in opening(lab.engine, lab._session.translator)
    assert told == lab.engine.has_containerd_store == registry.image.endswith("registry:3")


def test_clean_goes_on_after_an_image_that_is_in_use(
    lab: Lab, engine: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushed(lab)
    [registry] = lab.engine.containers(label="regnb=test-learner")
    image = ImageReference.parse(registry.image)
    foreign = lab.engine.client.containers.create(image.familiar)
    try:
        if engine:
            monkeypatch.setenv("REGNB_ENGINE", engine)
        result = CliRunner().invoke(main, ["clean", "--yes"])
        assert result.exit_code == 0, result.output
        assert lab.engine.find_image(image) is not None
        assert [left.name for left in leftovers(lab.engine)] == [image.familiar]
    finally:
        foreign.remove(v=True)


def test_clean_forgets_what_registries_answered(
    lab: Lab, engine: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    if engine:
        monkeypatch.setenv("REGNB_ENGINE", engine)
    pushed(lab)
    lab.inventory()
    (cache,) = tmp_path.rglob("*.sqlite")
    kept = CliRunner().invoke(main, ["clean"], input="n\n")
    assert str(cache) in kept.output
    assert cache.exists()
    removed = CliRunner().invoke(main, ["clean", "--yes"])
    assert str(cache) in removed.output
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert str(cache) not in CliRunner().invoke(main, ["clean", "--yes"]).output


def test_logs_show_the_requests(lab: Lab, printed: Printed) -> None:
    lab.run_registry()
    lab.catalog()
    lab.logs()
    assert "/v2/_catalog" in printed()
