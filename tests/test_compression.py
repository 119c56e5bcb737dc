"""One module gives zstd, on every Python."""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from regnb import compression
from regnb.compression import zstd

ROOT = Path(__file__).parent.parent


def test_zstd_of_this_python_works() -> None:
    assert zstd.decompress(zstd.compress(b"layer")) == b"layer"
    with pytest.raises(zstd.ZstdError):
        zstd.decompress(b"no frame at all")


@pytest.mark.parametrize(
    ("version", "package", "other"),
    [((3, 13), "backports", "compression"), ((3, 14), "compression", "backports")],
    ids=["backport", "standard library"],
)
def test_zstd_comes_from_one_place_only(
    version: tuple[int, int], package: str, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each way of importing is taken without the other being there."""
    there = ModuleType(package)
    there.zstd = SimpleNamespace(ZstdError=ValueError)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, package, there)
    monkeypatch.setitem(sys.modules, other, None)
    monkeypatch.setattr(sys, "version_info", (*version, 0, "final", 0))
    found = runpy.run_path(str(Path(compression.__file__)))
    assert found["zstd"] is there.zstd


def test_nothing_else_imports_zstd() -> None:
    pattern = re.compile(r"^\s*(from|import) (backports|compression)\b", re.MULTILINE)
    files = [path for name in ("regnb", "tests", "bench") for path in (ROOT / name).rglob("*.py")]
    guilty = [path for path in files if pattern.search(path.read_text("utf-8"))]
    assert guilty == [Path(compression.__file__)]
