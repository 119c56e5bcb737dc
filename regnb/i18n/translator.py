"""Texts, sizes and times as a reader of one language expects them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from regnb.errors import RegnbError, UnknownLanguage
from regnb.errors.hub_reasons import Reason
from regnb.errors.printable import printable
from regnb.i18n.catalogue import load_catalogue
from regnb.i18n.language import language_of_notebook

if TYPE_CHECKING:
    from babel import Locale

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_STEP = 1000
NARROW_SPACE = "\u202f"


@dataclass(frozen=True, slots=True)
class Told:
    """An error as it is told to a learner: one sentence with the cause, and the mend."""

    text: str
    mend: str

    def __str__(self) -> str:
        return f"{self.text}\n{self.mend}"


class Translator:
    """Speaks one language; raises UnknownLanguage for one that has no catalogue.

    `registry` is the host and port that the examples in mends name.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.registry = "localhost:5000"
        self._texts = load_catalogue(language)

    @cached_property
    def _locale(self) -> Locale:
        from babel import Locale  # noqa: PLC0415 - most texts need no locale, and it is slow to load

        return Locale.parse(self.language)

    def __call__(self, key: str, **values: object) -> str:
        """The text of `key` with its placeholders filled; `count` chooses the plural form.

        Raises KeyError for a key that is in no catalogue.
        """
        entry = self._texts[key]
        if not isinstance(entry, str):
            form = self._locale.plural_form(int(str(values["count"])))
            entry = entry.get(form, entry["other"])
        shown = {name: _shown(value) for name, value in values.items()}
        return entry.format(**shown)

    def has(self, key: str) -> bool:
        """Whether the catalogue has `key`."""
        return key in self._texts

    def tell(self, error: RegnbError, **context: object) -> Told:
        """`error` in the words that it names; `context` fills places of them in another way."""
        values = {"message": str(error), "registry": self.registry, **vars(error)}
        reason = getattr(error, "reason", None)
        if isinstance(reason, Reason):
            flavour = getattr(error, "flavour", "")
            values |= {"reason": self.why(reason), "mend": self.mend(reason, flavour)}
        if error.reason_key:
            values["reason"] = self(error.reason_key)
        values |= context
        return Told(self(error.text_key, **values), self(error.mend_key, **values))

    def why(self, reason: Reason) -> str:
        """A clause for why Docker Hub could not be used."""
        return self(f"reasons.{reason.kind}", host=reason.host, who=reason.who)

    def mend(self, reason: Reason, flavour: str = "") -> str:
        """What to do about `reason`, when the engine of this `flavour` has met it.

        Empty is regnb itself. Docker and Podman have settings of their own, and no samples.
        """
        if flavour in {"", "embedded"}:
            return self(f"reasons.own_mend.{reason.concern}")
        mend = self(f"reasons.engine_mend.{reason.concern}")
        return mend if sys.platform == "win32" else f"{mend} {self('reasons.go_on')}"

    def size(self, size: int) -> str:
        """`size` bytes in decimal units with one decimal, as Docker counts: 109.0 MB, 109,0 Mo."""
        value, unit = float(size), 0
        while round(value, 1) >= _STEP and unit < len(_UNITS) - 1:
            value, unit = value / _STEP, unit + 1
        from babel.numbers import format_decimal  # noqa: PLC0415 - see _locale

        pattern = "#,##0" if unit == 0 else "#,##0.0"
        number = format_decimal(value, format=pattern, locale=self._locale)
        symbol = self(f"units.{_UNITS[unit]}")
        return f"{number}{NARROW_SPACE}{symbol}"

    def percent(self, share: float) -> str:
        """`share` of 1 in per cent, rounded: 97%, 97 %."""
        from babel.numbers import format_percent  # noqa: PLC0415 - see _locale

        return format_percent(share, locale=self._locale).replace("\xa0", NARROW_SPACE)

    def ago(self, moment: datetime, now: datetime | None = None) -> str:
        """How long ago `moment` (aware) was: 2 weeks ago, il y a 2 semaines."""
        from babel.dates import format_timedelta  # noqa: PLC0415 - see _locale

        elapsed = (now or datetime.now(UTC)) - moment
        return format_timedelta(-elapsed, add_direction=True, locale=self._locale)


def translator_for(language: str | None) -> Translator:
    """Speaks `language`, or that of the notebook; raises UnknownLanguage, told in the latter."""
    own = Translator(language_of_notebook())
    try:
        return own if language is None else Translator(str(language))
    except UnknownLanguage as error:
        error.told = str(own.tell(error))
        raise


def _shown(value: object) -> object:
    return printable(value) if isinstance(value, str) else value
