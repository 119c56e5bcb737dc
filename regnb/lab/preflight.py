"""What this machine has, what will work, and the mend for each thing that is missing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

from regnb import errors
from regnb.engine import Engine, find_engine
from regnb.engine.hub_probe import ask_hub
from regnb.engine.ports import is_free, ports_of_lab, who_has
from regnb.i18n import Translator, translator_for
from regnb.lab.images import sample_reason
from regnb.lab.ownership import LABEL, lab_id
from regnb.lab.registry import DEFAULT_NAME
from regnb.lab.session import published_port
from regnb.registry import RegistryClient
from regnb.tables.engine_tables import Finding, findings_table
from regnb.tables.table import Table

CLASSROOM_TIMEOUT = 3.0
NEEDED = 2_000_000_000  # bytes: the images of the course, unpacked, and the registry's copy

GOOD, NOTE, BAD = "good", "note", "bad"


def preflight(language: str | None = None, *, engine: str | None = None) -> Table:
    """Table of the findings on this machine, in `language` or that of the notebook."""
    translator = translator_for(language)
    found = Preflight(translator, engine).findings()
    return findings_table(translator, found)


class Preflight:
    """The checks of one machine, told in one language."""

    def __init__(self, translator: Translator, engine: str | None = None) -> None:
        self.translator = translator
        self._choice = engine

    def findings(self) -> Iterator[Finding]:
        """Each finding as soon as it is known.

        Nothing is changed, but the embedded engine starts where no other answers.
        """
        own_ports: set[int | None] = set()
        hub: Finding | None = None
        try:
            with find_engine(self._choice) as engine:
                yield from self._of_engine(engine)
                own = engine.containers(label=f"{LABEL}={lab_id()}")
                own_ports = {published_port(container) for container in own}
                hub = self._hub_of(engine)
        except errors.RegnbError as error:
            told = self.translator.tell(error)
            yield self._finding("engine", BAD, told.text, told.mend)
        yield self._port(own_ports)
        yield hub or self._hub(None)
        yield self._disk()

    def _of_engine(self, engine: Engine) -> Iterator[Finding]:
        name = self.translator(f"engine.{engine.flavour}")
        why = self.translator(f"engine.found_by_{engine.found_by}")
        yield self._found("engine", GOOD, "found", engine=name, version=engine.version, why=why)
        if engine.passed_over:
            other = self.translator.tell(engine.passed_over)
            text = f"{other.text} {self.translator('engine.goes_without')}"
            yield self._finding("engine", NOTE, text, other.mend)
        store = "containerd" if engine.has_containerd_store else "classic"
        yield self._found("images", NOTE if store == "containerd" else GOOD, store)
        if not engine.trusts_loopback():
            mend = self.translator("errors.LoopbackWantsTls.mend")
            yield self._finding("loopback", BAD, self.translator("preflight.loopback.tls"), mend)
        container = engine.container(DEFAULT_NAME)
        if container and container.labels.get(LABEL) != lab_id():
            yield self._found("name", NOTE, "taken", name=container.name)

    def _port(self, own_ports: Collection[int | None]) -> Finding:
        try:
            port = ports_of_lab()[0]
        except errors.InvalidPort as error:
            told = self.translator.tell(error)
            return self._finding("port", BAD, told.text, told.mend)
        if port in own_ports:
            return self._found("port", GOOD, "ours", port=port)
        if is_free(port):
            return self._found("port", GOOD, "free", port=port)
        who = self.translator(f"lab.taken_by_{who_has(port)}")
        return self._found("port", NOTE, "taken", port=port, who=who)

    def _hub_of(self, engine: Engine) -> Finding:
        hub = os.environ.get("REGNB_HUB", "")
        if engine.flavour == "embedded" and hub not in {"", "samples", "hub"}:
            return self._hub_of_classroom(hub)
        return self._hub(engine)

    def _hub(self, engine: Engine | None) -> Finding:
        """What a pull would meet; the engine makes the request that a pull makes."""
        try:
            note = ask_hub(engine)
        except errors.HubUnreachable as error:
            why = self.translator.why(error.reason)
            text = self.translator("preflight.hub.engine_without", why=why)
            mend = self.translator.mend(error.reason, error.flavour)
            return self._finding("hub", NOTE, text, mend)
        except errors.HubRateLimited as error:
            told = self.translator.tell(error)
            return self._finding("hub", NOTE, told.text, told.mend)
        except errors.EngineError:  # the Hub has answered, whatever it thinks of the image
            note = ""
        return self._from_elsewhere(note) if note else self._found("hub", GOOD, "reachable")

    def _from_elsewhere(self, note: str) -> Finding:
        reason = sample_reason(note)
        if reason is None:
            return self._found("hub", NOTE, "mirror", host=note.rpartition(" ")[2])
        if reason.kind == "choice":
            return self._found("hub", GOOD, "chosen")
        text = self.translator("preflight.hub.samples", why=self.translator.why(reason))
        return self._finding("hub", NOTE, text, self.translator.mend(reason))

    def _hub_of_classroom(self, url: str) -> Finding:
        try:
            RegistryClient(url, timeout=CLASSROOM_TIMEOUT).ping()
        except errors.InvalidAddress:
            return self._found("room", BAD, "wrong", url=url)
        except errors.RegistryError:
            return self._found("room", BAD, "silent", url=url)
        return self._found("room", GOOD, "reachable", url=url)

    def _disk(self) -> Finding:
        free = shutil.disk_usage(Path.home()).free
        level, text = (GOOD, "enough") if free >= NEEDED else (BAD, "short")
        return self._found("disk", level, text, free=self.translator.size(free))

    def _found(self, check: str, level: str, text: str, **values: object) -> Finding:
        key = f"preflight.{check}.{text}"
        mend = f"{key}_mend"
        told = self.translator(mend, **values) if self.translator.has(mend) else ""
        return self._finding(check, level, self.translator(key, **values), told)

    def _finding(self, check: str, level: str, text: str, mend: str) -> Finding:
        name = self.translator(f"preflight.{check}.name")
        return Finding(name, level, self.translator(f"preflight.{level}"), text, mend)
