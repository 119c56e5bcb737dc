"""The engine and the ports that stored outputs come from: the same on every machine.

The ports of a notebook are its own, shown as those from 5000: so no output depends on who else is
on the machine, and two builds do not meet.
"""

from __future__ import annotations

import os
import random
import re
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regnb.embedded import background
from regnb.engine.ports import COUNT, DEFAULT, VARIABLE, is_free
from regnb.errors import PortTaken

# Hundreds of four digits, so that texts stay as long and as wide as with 5000, and below the ports
# that systems give away by themselves: https://www.rfc-editor.org/rfc/rfc6335#section-6
_HUNDREDS = range(DEFAULT + COUNT, 10_000, COUNT)
_GUARD = COUNT // 2  # who listens there has the hundred
_USED = (0, 1, 2, 3, COUNT - 2, COUNT - 1)  # more than any chapter takes, at each end

_PORTS = range(DEFAULT, DEFAULT + COUNT)
_HOST = r"localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]"
_COLON = r":|%3A"
# An address of this machine: the host, and the port.
ADDRESS = re.compile(rf"(?i)({_HOST})(?:{_COLON})(\d+)\b")


@dataclass(frozen=True, slots=True)
class OwnPorts:
    """A hundred ports, from `first` on."""

    first: int

    @property
    def environment(self) -> dict[str, str]:
        """What tells a lab to take them."""
        return {VARIABLE: str(self.first)}

    def shown(self, value: Any) -> Any:  # noqa: ANN401 - an output is nested JSON
        """`value`, an output or a part of one, as if its ports were those from 5000 on."""
        if isinstance(value, str):
            return re.sub(*self.rule, value)
        if isinstance(value, list):
            return [self.shown(part) for part in value]
        if isinstance(value, dict):
            return type(value)({key: self.shown(part) for key, part in value.items()})
        return value

    @property
    def rule(self) -> tuple[str, str]:
        """Regular expression and replacement that show them as the ports from 5000 on."""
        place = rf"(?i)((?:{_HOST})(?:{_COLON})|\bports?\s){self.first // COUNT}(\d\d)\b"
        return place, rf"\g<1>{DEFAULT // COUNT}\g<2>"


@contextmanager
def own_ports() -> Iterator[OwnPorts]:
    """A hundred ports that nobody uses, and that no other build takes as long as the context.

    Raises PortTaken when there are none.
    """
    # At random, so that a port that is shown where no rule sees it differs from run to run.
    for first in random.sample(_HUNDREDS, len(_HUNDREDS)):
        try:
            guard = socket.create_server(("127.0.0.1", first + _GUARD))
        except OSError:
            continue
        with guard:
            if all(is_free(first + number) for number in _USED):
                yield OwnPorts(first)
                return
    raise PortTaken("Every hundred of ports is in use.", subject=str(_HUNDREDS[0]))


class ReferenceAddresses:
    """Which addresses of this machine a notebook may show, output after output.

    A lab that has its hundred ports for itself takes the first one, then the next one, and so on;
    its token servers do so from the last one down. Where somebody had port 5000, 5001 comes first.
    """

    def __init__(self) -> None:
        self._shown: set[tuple[str, int]] = set()

    def strange(self, text: str) -> Iterator[str]:
        """The addresses in `text`, the next output, that are not those of such a lab."""
        for found in ADDRESS.finditer(text):
            host, port = found[1].lower(), int(found[2])
            if self._may_show(host, port):
                self._shown.add((host, port))
            else:
                yield found[0]

    def _may_show(self, host: str, port: int) -> bool:
        if port in {_PORTS[0], _PORTS[-1]}:
            return True
        near = {(host, port - 1), (host, port), (host, port + 1)}
        return port in _PORTS and not near.isdisjoint(self._shown)


_ENGINE = "REGNB_ENGINE"
SETTINGS = {_ENGINE: "embedded", "REGNB_HUB": "samples", "REGNB_LAB": "course"}


@contextmanager
def reference_engine() -> Iterator[None]:
    """Have notebooks run on an embedded engine of their own, with samples for Docker Hub.

    It starts when a notebook asks for it, and is gone at the end. Neither the proxies of this
    machine nor the settings that its user has for Docker and IPython count. Where `REGNB_ENGINE`
    chooses an engine, that one is used, and all is as the user has it.
    """
    if _ENGINE in os.environ:
        yield
        return
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="regnb-") as folder:
        for name in before:
            if name.lower().endswith("_proxy"):
                del os.environ[name]
        own = {name: str(Path(folder, name.lower())) for name in ("DOCKER_CONFIG", "IPYTHONDIR")}
        os.environ.update(SETTINGS, REGNB_HOME=folder, **own)
        place = background.Place.default()
        try:
            yield
        finally:
            background.stop(place)
            os.environ.clear()
            os.environ.update(before)
