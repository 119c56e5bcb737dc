from __future__ import annotations

import io
import tarfile
from pathlib import Path

from tests.realparts.layers import ANYONE, PROGRAM, Tree, compressed


def tree(source: Path) -> Tree:
    made = Tree(1_700_000_000)
    made.link("/bin/sh", "busybox")
    made.folder("/tmp", mode=ANYONE)
    made.copy(source, "/etc/page.html")
    made.file("/entrypoint.sh", "#!/bin/sh\n", mode=PROGRAM)
    return made


def test_layer_holds_its_files_and_the_folders_above_them(tmp_path: Path) -> None:
    (tmp_path / "page").write_text("hello")
    with tarfile.open(fileobj=io.BytesIO(tree(tmp_path / "page").tar())) as tar:
        modes = {member.name: member.mode for member in tar.getmembers()}
        page = tar.extractfile("etc/page.html")
        assert page is not None
        assert page.read() == b"hello"
        assert tar.getmember("bin/sh").linkname == "busybox"
        assert {member.mtime for member in tar.getmembers()} == {1_700_000_000}
    assert list(modes) == ["bin", "bin/sh", "entrypoint.sh", "etc", "etc/page.html", "tmp"]
    assert (modes["tmp"], modes["entrypoint.sh"]) == (ANYONE, PROGRAM)


def test_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "page").write_text("hello")
    first, second = (compressed(tree(tmp_path / "page").tar()) for _ in range(2))
    assert first == second
