"""Platforms as people write them: `arm64`, `linux`, `linux/x86_64`, `armhf`.

https://github.com/containerd/platforms/blob/v1.0.0-rc.1/platforms.go
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import NoReturn

from regnb.embedded.refusal import bad_request
from regnb.oci import Platform
from regnb.oci.json import as_object

_PART = r"^[A-Za-z0-9_.-]+$"
_SYSTEM = r"^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.%-]*)((?:\+[A-Za-z0-9_.%-]+)*)\))?$"
_SYSTEMS = {
    *("aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux"),
    *("nacl", "netbsd", "openbsd", "plan9", "solaris", "windows", "zos"),
}
_ARCHITECTURES = {
    *("386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "ppc64", "ppc64le"),
    *("loong64", "mips", "mipsle", "mips64", "mips64le", "mips64p32", "mips64p32le", "ppc"),
    *("riscv", "riscv64", "s390", "s390x", "sparc", "sparc64", "wasm"),
}
_MOST_PARTS = 3


def parse_platform(text: str, host: Platform) -> Platform | None:
    """The platform that `text` means on `host`, None for no text; raises Refusal (400)."""
    if not text:
        return None
    if "*" in text:
        _refuse(text, "wildcards not yet supported")
    system, *rest = text.split("/", _MOST_PARTS)
    match = re.fullmatch(_SYSTEM, system, re.ASCII)
    if match is None:
        raise bad_request(
            f"{_quoted(system)} is an invalid OS component of {_quoted(text)}: OSAndVersion "
            f"specifier component must match {_quoted(_SYSTEM)}: invalid argument"
        )
    for part in rest:
        if not re.fullmatch(_PART, part, re.ASCII):
            raise bad_request(
                f"{_quoted(part)} is an invalid component of {_quoted(text)}: platform specifier "
                f"component must match {_quoted(_PART)}: invalid argument"
            )
    if len(rest) == _MOST_PARTS:
        _refuse(text, "cannot parse platform specifier")
    if not rest:
        return _of_one_word(text, match[1], host)
    found = Platform(match[1], *rest).normalized()
    return _shown(found, written=len(rest) > 1)


def read_platform(text: str) -> Platform | None:
    """The platform that `text` is the JSON of, None for no text; raises Refusal (400)."""
    if not text:
        return None
    try:
        found = Platform.from_json(as_object(json.loads(text), "platform"))
    except (ValueError, RecursionError) as error:
        raise bad_request(f"failed to parse platform: {error}") from error
    if not (found.os and found.architecture):
        raise bad_request("both OS and Architecture must be provided")
    return found


def _of_one_word(text: str, system: str, host: Platform) -> Platform:
    named = Platform(system, text).normalized()
    if named.os in _SYSTEMS:
        return replace(host, os=named.os)
    if named.architecture not in _ARCHITECTURES:
        _refuse(text, "unknown operating system or architecture")
    return _shown(replace(named, os=host.os), written=False)


def _shown(platform: Platform, *, written: bool) -> Platform:
    """`platform` with the variant that containerd shows: the usual one only if `written`."""
    usual = {"arm": "v7", "arm64": ""}.get(platform.architecture)
    if platform.variant != usual:
        return platform
    kept = {"arm": "v7", "arm64": "v8"}[platform.architecture] if written else ""
    return replace(platform, variant=kept)


def mismatch(name: str, actual: Platform, wanted: Platform | None) -> str:
    """What is told of the image `name` when it is not for `wanted`; else empty."""
    if wanted is None or wanted.takes(actual):
        return ""
    return (
        f"image with reference {name} was found but its platform ({actual}) does not match "
        f"the specified platform ({wanted})"
    )


def _refuse(text: str, why: str) -> NoReturn:
    raise bad_request(f"{_quoted(text)}: {why}: invalid argument")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
