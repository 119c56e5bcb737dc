"""Files of a container as a tar, and as `docker cp` gives them."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from regnb.errors import ContainerNotFound, EngineError
from regnb.lab import Lab
from tests.contract.engines import NO_SUCH_FILE
from tests.contract.labs import pushed


def test_archive_holds_the_files_of_the_volume(lab: Lab, tmp_path: Path) -> None:
    lab.run_registry(volume=str(tmp_path))
    pushed(lab)
    content = b"".join(lab.engine.archive("registry", "/var/lib/registry"))
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        names = {item.name for item in archive if item.isfile() or item.islnk()}
    on_disk = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert {name.removeprefix("registry/") for name in names} >= {
        name for name in on_disk if "blobs" in name
    }


def test_archive_of_what_is_not_there_is_refused(lab: Lab) -> None:
    lab.run_registry()
    words = NO_SUCH_FILE.get(lab.engine.flavour, "Could not find the file")
    with pytest.raises(EngineError, match=words):
        list(lab.engine.archive("registry", "/nowhere"))
    with pytest.raises(ContainerNotFound):
        list(lab.engine.archive("nobody", "/"))


@pytest.mark.skipif(shutil.which("docker") is None, reason="the docker command is not here")
def test_docker_cp_copies_the_store(lab: Lab, tmp_path: Path) -> None:
    pushed(lab)
    command = ["docker", "-H", lab.engine.endpoint, "cp", "registry:/var/lib/registry", "."]
    subprocess.run(command, check=True, cwd=tmp_path)
    assert any(path.is_file() for path in (tmp_path / "registry").rglob("*"))
