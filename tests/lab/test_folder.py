from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from regnb.lab.ownership import Folder


def test_file_that_several_write_at_once_is_whole(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "lab")
    contents = [bytes([number]) * 50_000 for number in range(8)]
    with ThreadPoolExecutor(len(contents)) as pool:
        written = list(
            pool.map(lambda content: folder.write("token/issuer.crt", content), contents * 25)
        )
    assert set(written) == {tmp_path / "lab/token/issuer.crt"}
    assert folder.read("token/issuer.crt") in contents
    assert written[0].stat().st_mode & 0o777 == 0o600
    assert list(written[0].parent.iterdir()) == [written[0]]
