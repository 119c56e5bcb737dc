from __future__ import annotations

import gzip
import io
import itertools
import tarfile
import tracemalloc
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regnb.analysis.layer_files import LayerFile, read_layer
from regnb.compression import zstd
from regnb.errors import DigestMismatch, InvalidLayer
from tests.accelerators import accelerators
from tests.analysis.archives import COMPRESSIONS, Entry, header, pieces, tar_of


@pytest.fixture(scope="module", params=["compiled", "plain"], autouse=True)
def _accelerated(request: pytest.FixtureRequest) -> Iterator[None]:
    with accelerators(request.param):
        yield


LONG = "/".join(["directory-with-a-long-name"] * 12) + "/file"
ENTRIES = (
    Entry("./", tarfile.DIRTYPE, mode=0o755),
    Entry("etc/", tarfile.DIRTYPE, mode=0o1777),
    Entry("./etc/passwd", content=b"root" * 300),
    Entry("/usr/bin/é", content=b"x", mode=0o4755),
    Entry("usr/bin/sh", tarfile.SYMTYPE, link="/usr/bin/é", mode=0o777),
    Entry("usr/bin/ash", tarfile.LNKTYPE, link="usr/bin/sh"),
    Entry("dev/null", tarfile.CHRTYPE),
    Entry("dev/sda", tarfile.BLKTYPE),
    Entry("run/pipe", tarfile.FIFOTYPE),
    Entry(LONG, content=b"y" * 512),
    Entry("link", tarfile.SYMTYPE, link=LONG),
    Entry("etc/.wh.shadow"),
    Entry("opt/.wh..wh..opq"),
    Entry(".wh..wh..opq"),
    Entry(".wh..wh.plnk/"),
)
FILES = [
    LayerFile(".", "directory", 0, 0o755),
    LayerFile("etc", "directory", 0, 0o1777),
    LayerFile("etc/passwd", "file", 1200, 0o644),
    LayerFile("usr/bin/é", "file", 1, 0o4755),
    LayerFile("usr/bin/sh", "symlink", 0, 0o777, "/usr/bin/é"),
    LayerFile("usr/bin/ash", "hard_link", 0, 0o644, "usr/bin/sh"),
    LayerFile("dev/null", "character_device", 0, 0o644),
    LayerFile("dev/sda", "block_device", 0, 0o644),
    LayerFile("run/pipe", "fifo", 0, 0o644),
    LayerFile(LONG, "file", 512, 0o644),
    LayerFile("link", "symlink", 0, 0o644, LONG),
    LayerFile("etc/shadow", "whiteout", 0, 0o644),
    LayerFile("opt", "opaque", 0, 0o644),
    LayerFile(".", "opaque", 0, 0o644),
    LayerFile(".wh..wh.plnk", "metadata", 0, 0o644),
]


def read(data: bytes, **limits: int) -> list[LayerFile]:
    return list(read_layer(pieces(data, 1000), **limits))


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT], ids=["pax", "gnu"])
@pytest.mark.parametrize("compress", COMPRESSIONS.values(), ids=COMPRESSIONS)
def test_entries_of_every_kind(compress: Callable[[bytes], bytes], form: int) -> None:
    assert read(compress(tar_of(ENTRIES, form=form))) == FILES


def test_entries_come_while_the_blob_streams() -> None:
    taken = 0

    def blocks() -> Iterator[bytes]:
        nonlocal taken
        data = tar_of([Entry(f"f{n}", content=bytes(5000)) for n in range(200)])
        for block in pieces(data, 10_000):
            taken += 1
            yield block

    assert next(read_layer(blocks())).path == "f0"
    assert taken < 30


def test_blocks_are_read_to_their_end() -> None:
    def blocks() -> Iterator[bytes]:
        yield tar_of([Entry("a")])
        yield from itertools.repeat(b"after the archive", 100_000)
        raise DigestMismatch("sha256:a", "sha256:b")

    files = read_layer(blocks())
    assert next(files).path == "a"
    with pytest.raises(DigestMismatch):
        next(files)


@pytest.mark.parametrize("data", [b"", tar_of([]), gzip.compress(b""), bytes(512)])
def test_layer_without_files(data: bytes) -> None:
    assert read(data) == []


def test_archive_may_lack_its_end() -> None:
    assert [file.path for file in read(header("a") + header("b"))] == ["a", "b"]


@given(
    st.lists(
        st.builds(
            Entry,
            st.text("aé/._\n\udcff", min_size=1, max_size=300).filter(lambda name: name.strip("/")),
            st.sampled_from([tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE]),
            st.binary(max_size=1500),
            st.integers(0, 0o7777),
            st.text("lé/", max_size=300),
        ).map(lambda entry: entry if entry.kind == b"0" else Entry(entry.name, entry.kind)),
        max_size=5,
    ),
    st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]),
)
def test_sizes_and_modes_are_those_that_the_library_reads(entries: list[Entry], form: int) -> None:
    data = tar_of(entries, form=form)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        theirs = [(info.size, info.mode) for info in archive]
    assert [(file.size, file.mode) for file in read(data)] == theirs


def test_sparse_file_of_gnu_is_as_large_as_it_seems() -> None:
    """One hole map in the header, one block more of it, and 512 bytes of data."""
    block = bytearray(header("sparse", b"S", b"00000001000\0"))
    block[482] = 1
    block[483:495] = b"00000100000\0"
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    data = bytes(block) + bytes(512) + b"d" * 512 + header("next")
    assert [(file.path, file.size) for file in read(data)] == [("sparse", 32768), ("next", 0)]


def test_sparse_file_of_posix_has_its_own_name_and_size() -> None:
    record = b"31 GNU.sparse.realsize=1000000\n" + b"24 GNU.sparse.name=real\n"
    size = b"%011o\0" % len(record)
    data = header("pax", b"x", size) + record.ljust(512, b"\0") + header("GNUSparseFile.0/f")
    assert [(file.path, file.size) for file in read(data)] == [("real", 1_000_000)]


@pytest.mark.parametrize(
    ("name", "path", "outside"),
    [
        ("../../etc/passwd", "../../etc/passwd", True),
        ("a/../../b", "../b", True),
        ("//etc//passwd/", "etc/passwd", False),
        ("/../x", "../x", True),
        ("a\nb\x1b[31m", "a\nb\x1b[31m", False),
        ("..", "..", True),
        ("..a", "..a", False),
        ("/", ".", False),
    ],
)
def test_bad_paths_are_told(name: str, path: str, outside: bool) -> None:
    (file,) = read(header(name))
    assert (file.path, file.is_outside) == (path, outside)


def test_names_that_are_no_text_are_kept() -> None:
    data = tar_of([Entry("caf\udce9")], form=tarfile.GNU_FORMAT)
    assert [file.path for file in read(data)] == [r"caf\xe9"]


HUGE = b"\x80" + (1 << 62).to_bytes(11, "big")
GOOD = header("good")
DAMAGED = {
    "no archive": (b"hello" * 300, "no_tar"),
    "json": (b"{}", "cut_short"),
    "wrong checksum": (header("a")[:100] + b"9" + header("a")[101:], "no_tar"),
    "header cut": (GOOD + header("b")[:300], "cut_short"),
    "content cut": (header("a", size=b"00000100000\0") + bytes(100), "cut_short"),
    "file of 4 EiB": (header("a", size=HUGE) + bytes(2048), "cut_short"),
    "negative size": (header("a", size=b"\xff" * 12), "no_tar"),
    "size that is no number": (header("a", size=b"00000000009\0"), "no_tar"),
    "name of 4 EiB": (header("a", b"L", HUGE) + bytes(2048), "huge_header"),
    "extended header of 2 MB": (header("a", b"x", b"00010000000\0"), "huge_header"),
    "name cut": (header("a", b"L", b"00000001000\0") + b"x" * 100, "cut_short"),
    "record without length": (header("a", b"x", b"00000000005\0") + b"a b=c".ljust(512), "no_tar"),
    "record too long": (header("a", b"x", b"00000000010\0") + b"99 b=cd\n".ljust(512), "no_tar"),
    "record goes back": (header("a", b"x", b"00000000010\0") + b"0 b=cde\n".ljust(512), "no_tar"),
    "gzip cut": (gzip.compress(tar_of(ENTRIES))[:-20], "damaged"),
    "gzip broken": (gzip.compress(tar_of(ENTRIES))[:60] + bytes(200), "damaged"),
    "zstd cut": (zstd.compress(tar_of(ENTRIES))[:-20], "damaged"),
    "zstd broken": (zstd.compress(tar_of(ENTRIES))[:30] + b"\xff" * 200, "damaged"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "reason"), DAMAGED.values(), ids=DAMAGED)
def test_damage_is_told(data: bytes, reason: str) -> None:
    with pytest.raises(InvalidLayer) as caught:
        read(data)
    assert caught.value.reason == reason


def test_what_came_before_the_damage_arrives() -> None:
    files = read_layer([GOOD + b"?" * 512])
    assert next(files).path == "good"
    with pytest.raises(InvalidLayer):
        next(files)


def sparse_map_without_end() -> Iterator[bytes]:
    block = bytearray(header("a", b"S"))
    block[482], block[483:495] = 1, b"00000000000\0"
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    yield bytes(block)
    yield from itertools.repeat(b"\1" * 512)


def headers_without_end() -> Iterator[bytes]:
    yield from itertools.repeat(header("a") * 100)


def extended_headers_without_end() -> Iterator[bytes]:
    for number in itertools.count():
        record = b"16384 key%d=" % number
        yield header("a", b"x", b"00000040000\0") + record.ljust(16383, b"v") + b"\n"


def zeros_without_end() -> Iterator[bytes]:
    yield header("a", size=HUGE)
    yield from itertools.repeat(bytes(1 << 18))


def test_huge_map_of_a_sparse_file_is_told() -> None:
    with pytest.raises(InvalidLayer) as caught:
        list(read_layer(sparse_map_without_end()))
    assert caught.value.reason == "huge_header"


def bomb(compress: Callable[[bytes], bytes]) -> Iterator[bytes]:
    return iter([compress(header("a", size=HUGE) + bytes(300 << 20))])


BOMBS: dict[str, Callable[[], Iterator[bytes]]] = {
    "sparse map": sparse_map_without_end,
    "headers": headers_without_end,
    "extended headers": extended_headers_without_end,
    "zeros": zeros_without_end,
    "gzip bomb": lambda: bomb(lambda data: gzip.compress(data, 1)),
    "zstd bomb": lambda: bomb(zstd.compress),
}


@pytest.mark.parametrize("make_layer", BOMBS.values(), ids=BOMBS)
def test_bombs_are_bounded(make_layer: Callable[[], Iterator[bytes]]) -> None:
    blocks = make_layer()
    tracemalloc.start()
    try:
        with pytest.raises(InvalidLayer):
            for _ in read_layer(blocks, max_bytes=200 << 20, max_files=2_000):
                pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 16 << 20
