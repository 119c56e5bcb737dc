from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from regnb.errors import ImageNotFound, NoBackup, NotFound
from regnb.lab import Lab
from regnb.lab.moving import back_up, open_backup, restore
from regnb.oci import ImageManifest
from regnb.registry import RegistryClient
from tests.analysis.registries import Image, open_registry, push


def digests(client: RegistryClient) -> dict[str, str]:
    return {
        f"{repository}:{tag}": client.get_manifest(repository, tag).digest
        for repository in client.list_repositories()
        for tag in client.list_tags(repository)
    }


def test_registry_comes_back_from_its_backup_byte_for_byte(tmp_path: Path) -> None:
    before, after = open_registry(), open_registry()
    push(before, "w3", "1.0", Image([{"base": b"0"}, {"one": b"1"}]))
    push(before, "team/shop", "2.0", Image([{"base": b"0"}]))
    assert set(back_up(before, tmp_path)) == {"w3:1.0", "team/shop:2.0"}
    assert set(restore(open_backup(tmp_path), after)) == {"w3:1.0", "team/shop:2.0"}
    assert digests(after) == digests(before)


def test_second_backup_has_what_is_there_now(tmp_path: Path) -> None:
    client, after = open_registry(), open_registry()
    pushed = push(client, "w3", "1.0", Image([{"base": b"0"}]))
    back_up(client, tmp_path)
    client.delete_manifest("w3", pushed["digest"])
    push(client, "w3", "2.0", Image([{"base": b"1"}]))
    assert set(back_up(client, tmp_path)) == {"w3:2.0"}
    restore(open_backup(tmp_path), after)
    assert digests(after)["w3:2.0"] == client.get_manifest("w3", "2.0").digest


def test_folder_without_a_backup_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoBackup):
        open_backup(tmp_path)


def test_copy_shows_the_command_and_tells_what_was_copied(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    lab.run_registry()
    push(lab.client, "w3", "1.0", Image([{"base": b"0"}]))
    capsys.readouterr()
    lab.copy("w3:1.0", "copy:1.0")
    address = lab.address
    shown = f"docker://{address}/w3:1.0 docker://{address}/copy:1.0"
    plain = "--src-tls-verify=false --dest-tls-verify=false"
    assert f"$ skopeo copy --all {plain} {shown}\n" in capsys.readouterr().out
    assert isinstance(lab.client.get_manifest("copy", "1.0"), ImageManifest)


def test_what_a_copy_cannot_do_is_raised_where_it_was_asked(lab: Lab) -> None:
    lab.run_registry()
    with pytest.raises(NotFound):
        lab.copy("w3:1.0", "copy:1.0")


def test_image_that_the_engine_has_not_is_not_saved(lab: Lab, tmp_path: Path) -> None:
    with pytest.raises(ImageNotFound):
        lab.save("nothing:1.0", tmp_path / "nothing.tar")


def test_command_of_a_backup_is_one_that_a_shell_takes(
    lab: Lab, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lab.run_registry()
    folder = tmp_path / "of today"
    lab.back_up(folder)
    line = next(
        line for line in capsys.readouterr().out.splitlines() if line.startswith("$ skopeo")
    )
    assert any(str(folder) in word for word in shlex.split(line.removeprefix("$ ")))
