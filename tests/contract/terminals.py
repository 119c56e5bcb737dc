"""The docker command, typed in terminals: what it prints, and what keys and signals do to it."""

from __future__ import annotations

import contextlib
import functools
import http.client
import os
import pty
import re
import shutil
import signal
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import docker

from regnb.engine import Engine

PATIENCE = 40.0
_STEP = 0.1

# Exit code, then the lines of both outputs.
Said: TypeAlias = tuple[int, set[str], set[str]]

# The newest on the path, and the distribution's own, which may be much older.
PROGRAMS = sorted({path for path in (shutil.which("docker"), "/usr/bin/docker") if path})

# The engine at hand, and the version whose words ours has.
REAL = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
_WORDS_OF = 28

# What an identity, a size or a time looks like in the command's tables and messages.
_VARIES = [
    (r"sha256:[0-9a-f]{64}|\b[0-9a-f]{64}\b|\b[0-9a-f]{12}\b", "ID"),
    (r"\b\d+(\.\d+)?\s?([kMG]?B)\b", "SIZE"),
    (r"size: \d+|\(\d+%\)", "size: SIZE"),
    (r"(Less than a|About an?|\d+) (second|minute|hour|day|week|month|year)s?", "TIME"),
    (r"(0\.0\.0\.0|127\.0\.0\.1|\[::\]|::):PORT", "HOST:PORT"),
    (r'"/[^"]+"|"[^"]*config\.yml"', "COMMAND"),
    (r"(?m)^(/bin/)?registry \S+ \S+$", "VERSION"),
    (r"\s{2,}", "  "),
]
# Steps that one engine takes and the other does not need, or that a quick one skips.
_STEPS = re.compile(r"ID: (Waiting|Verifying Checksum|Download complete|Extracting|Preparing)$")
# Each registry logs in its own words; that it listens, both say.
_LOGGED = re.compile(r'level=|"level"|HTTP/1\.1|(INFO|WARN)\[\d+\]')
# The terminal of a real container echoes keys; whether the command still reads them is a race.
_ECHO = re.compile(r"\^[CPQX]")
_COLOUR = re.compile(r"\x1b\[\d+m")
NAME = "side-by-side"
LISTENS = "listening on"


@functools.cache
def is_older(endpoint: str) -> bool:
    """Whether the engine there is older than the one whose words ours has."""
    with contextlib.closing(docker.DockerClient(base_url=endpoint)) as client:
        return int(client.version()["Version"].partition(".")[0]) < _WORDS_OF


@functools.cache
def has_classic_store(endpoint: str) -> bool:
    """Whether the engine there keeps its images as ours does, and so says the same of them."""
    with Engine.connect(endpoint, found_by="choice") as engine:
        return not engine.has_containerd_store


def settled(text: str) -> set[str]:
    """The lines of `text`, without what differs each time."""
    for pattern, word in _VARIES:
        text = re.sub(pattern, word, text)
    ports = re.sub(r"(HOST:PORT\S*), HOST:PORT\S*", r"\1", text)
    lines = (line.strip() for line in ports.splitlines())
    return {line for line in lines if line and not _STEPS.match(line)}


def _heard(content: bytes) -> set[str]:
    lines = _ECHO.sub("", _COLOUR.sub("", content.decode("utf-8", "replace"))).splitlines()
    kept = [LISTENS if LISTENS in one else one for one in lines]
    return settled("\n".join(one for one in kept if not _LOGGED.search(one)))


class Foreground:
    """A docker command that runs: with `keys`, in a terminal that they are typed at."""

    def __init__(
        self, words: list[str], environment: dict[str, str], *, keys: bool, given: bytes = b""
    ) -> None:
        self._keys: int | None = None
        inside: int | None = None
        if keys:
            self._keys, inside = pty.openpty()
        self.process = subprocess.Popen(
            words,
            env=environment,
            stdin=subprocess.PIPE if inside is None else inside,
            stdout=subprocess.PIPE if inside is None else inside,
            stderr=subprocess.PIPE if inside is None else inside,
            start_new_session=True,
        )
        files = [self.process.stdout, self.process.stderr]
        sources = [file.fileno() for file in files if file] or [self._keys or 0]
        if inside is not None:
            os.close(inside)
        if self.process.stdin:
            self.process.stdin.write(given)
            self.process.stdin.close()
        self._heard = [b""] * len(sources)
        self._more = threading.Condition()
        self._readers = [
            threading.Thread(target=self._read, args=(number, source), daemon=True)
            for number, source in enumerate(sources)
        ]
        for reader in self._readers:
            reader.start()

    def wait_for(self, text: str, poke: Callable[[], object] = bool) -> None:
        """Return when `text` was printed; `poke` is called until then."""
        with self._more:
            for _ in range(int(PATIENCE / _STEP)):
                if any(text.encode() in heard for heard in self._heard):
                    return
                self._more.wait(_STEP)
                poke()
        raise AssertionError(f"{text!r} was not printed: {self._heard}")

    def press(self, keys: bytes) -> None:
        """Type `keys`."""
        assert self._keys is not None
        os.write(self._keys, keys)

    def end(self) -> Said:
        """What it said, when it has ended by itself."""
        code = self.process.wait(PATIENCE)
        for reader in self._readers:
            reader.join(PATIENCE)
        out, *err = (_heard(one) for one in self._heard)
        return code, out, err[0] if err else set()

    def close(self) -> None:
        """End it however it is."""
        self.process.kill()
        self.process.wait()
        for reader in self._readers:
            reader.join(PATIENCE)
        for file in (self.process.stdout, self.process.stderr):
            if file:
                file.close()
        if self._keys is not None:
            os.close(self._keys)

    def _read(self, number: int, source: int) -> None:
        with contextlib.suppress(OSError):  # a terminal whose program has gone
            while block := os.read(source, 4096):
                with self._more:
                    self._heard[number] += block
                    self._more.notify_all()


@dataclass(frozen=True)
class Terminal:
    """Somebody who types the docker command `program` at `endpoint`."""

    program: str
    endpoint: str
    port: int

    def say(self, line: str, given: bytes = b"") -> Said:
        """What a command says that ends by itself; PORT stands for the port."""
        with self.foreground(line, given=given) as front:
            code, out, err = front.end()
        return code, self._portless(out), self._portless(err)

    @contextlib.contextmanager
    def foreground(
        self, line: str, *, keys: bool = False, given: bytes = b""
    ) -> Iterator[Foreground]:
        """A command that runs as long as the context."""
        words = [self.program, *line.replace("PORT", str(self.port)).split()]
        environment = os.environ | {"DOCKER_HOST": self.endpoint}
        front = Foreground(words, environment, keys=keys, given=given)
        try:
            yield front
        finally:
            front.close()

    def ask_the_registry(self) -> bool:
        """Let the registry at the port log something; whether it answered."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/v2/", timeout=PATIENCE).close()
            return True
        return False

    def run_registry(self, options: str = "-d") -> Said:
        """Run a registry in the background, as NAME, until it answers."""
        said = self.say(f"run --name {NAME} -p PORT:5000 {options} registry:2.6")
        eventually(self.ask_the_registry)
        return said

    def _portless(self, lines: set[str]) -> set[str]:
        return settled("\n".join(line.replace(str(self.port), "PORT") for line in lines))


def eventually(holds: Callable[[], bool]) -> None:
    """Return when `holds` says so."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"{holds} does not hold"
        time.sleep(_STEP)


def interrupt(front: Foreground) -> None:
    """Ctrl-C in a terminal of the command alone."""
    front.process.send_signal(signal.SIGINT)
