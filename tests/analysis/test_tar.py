"""Tar read forward: how bytes come, and what headers say."""

from __future__ import annotations

import gzip
import tarfile

import pytest

from regnb.analysis.tar import TAR_BLOCK, TarStream, read_headers
from regnb.compression import zstd
from regnb.errors import InvalidLayer
from tests.analysis.archives import Entry, header, pieces, tar_of

LIMIT = 1 << 24
DATA = bytes(range(256)) * 4000


@pytest.mark.parametrize("compress", [bytes, gzip.compress, zstd.compress])
@pytest.mark.parametrize("size", [1, 511, 1 << 20])
def test_reads_and_skips_meet_at_the_same_byte(compress: type[bytes], size: int) -> None:
    stream = TarStream(pieces(compress(DATA), size), LIMIT)
    assert stream.read(10) == DATA[:10]
    stream.skip(300_000)
    assert stream.read(500_000) == DATA[300_010:800_010]
    assert stream.read(LIMIT) == DATA[800_010:]
    assert stream.read(1) == b""


def test_skip_beyond_the_end_is_told() -> None:
    stream = TarStream([DATA], LIMIT)
    with pytest.raises(InvalidLayer) as caught:
        stream.skip(len(DATA) + 1)
    assert caught.value.reason == "cut_short"


def test_more_than_the_limit_is_told() -> None:
    TarStream([DATA], len(DATA)).skip(len(DATA))
    with pytest.raises(InvalidLayer) as caught:
        TarStream([DATA], len(DATA) - 1).skip(len(DATA))
    assert caught.value.reason == "too_large"


def test_empty_blocks_are_no_end() -> None:
    assert TarStream([b"", DATA[:5], b"", DATA[5:]], LIMIT).read(LIMIT) == DATA


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_are_put_together(form: int) -> None:
    name, link = "folder/" * 40 + "file", "elsewhere/" * 20 + "there"
    entries = [Entry(name, content=b"abc"), Entry("link", tarfile.SYMTYPE, link=link)]
    found = list(read_headers(TarStream([tar_of(entries, form=form)], LIMIT)))
    assert [(one.name, one.size, one.link) for one in found] == [(name, 3, ""), ("link", 0, link)]


def test_size_beyond_octal_is_read() -> None:
    size = b"\x80" + (1 << 34).to_bytes(11)
    headers = read_headers(TarStream([header(size=size), bytes(TAR_BLOCK)], LIMIT))
    assert next(headers).size == 1 << 34


def test_checksum_that_is_wrong_is_told() -> None:
    damaged = bytearray(header())
    damaged[0] ^= 1
    with pytest.raises(InvalidLayer) as caught:
        next(read_headers(TarStream([bytes(damaged)], LIMIT)))
    assert caught.value.reason == "no_tar"


def test_link_has_no_content_whatever_its_size_says() -> None:
    stream = TarStream([header(kind=b"2", size=b"00000001000\0") + header("g")], LIMIT)
    assert [one.name for one in read_headers(stream)] == ["f", "g"]


def test_header_tells_permissions_and_kind() -> None:
    (found,) = read_headers(TarStream([header("name", b"5")], LIMIT))
    assert (found.name, found.type, found.mode, found.link) == ("name", b"5", 0o644, "")


def test_checksum_of_signed_bytes_is_right_too() -> None:
    block = bytearray(header())
    block[:2] = b"\xe9\xff"
    block[148:156] = b" " * 8
    signed = sum(byte - 256 * (byte > 127) for byte in block)
    block[148:156] = b"%06o\0 " % signed
    assert len(list(read_headers(TarStream([bytes(block)], LIMIT)))) == 1
    block[148:156] = b"%06o\0 " % (signed + 1)
    with pytest.raises(InvalidLayer):
        list(read_headers(TarStream([bytes(block)], LIMIT)))
