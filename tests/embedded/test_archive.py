from __future__ import annotations

import io
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from regnb.embedded import archive
from regnb.embedded.image_store import ImageStore
from regnb.embedded.refusal import Refusal


@pytest.mark.skipif(shutil.which("tar") is None, reason="there is no tar to make it")
@pytest.mark.parametrize("sparse", ["layer.tar", "manifest.json", "config.json"])
def test_sparse_file_is_not_written_out(tmp_path: Path, sparse: str) -> None:
    """moby#17324."""
    made = tmp_path / "made"
    made.mkdir()
    entry = '[{"Config": "config.json", "Layers": ["layer.tar"]}]'
    files = {"manifest.json": entry, "config.json": "{}", "layer.tar": "x"}
    for name, text in files.items():
        (made / name).write_text(text)
    os.truncate(made / sparse, 1 << 33)
    words = ["tar", "--sparse", "-C", str(made), "-cf", "-", *files]
    content = subprocess.run(words, capture_output=True, check=True).stdout
    with pytest.raises(Refusal, match=f"{sparse} is a sparse file"):
        archive.load(ImageStore(tmp_path / "store"), io.BytesIO(content))
