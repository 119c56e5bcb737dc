"""Filters of lists and prunes, which mean what they mean to moby.

https://github.com/moby/moby/blob/v28.5.2/api/types/filters/parse.go
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from regnb.embedded.api.timestamps import timestamp
from regnb.embedded.refusal import Refusal, bad_request
from regnb.oci import ImageReference

_ONE = r"(?:\\.|[^\\\]-])"
_STEP = re.compile(
    rf"(?P<star>\*)|(?P<any>\?)|\[(?P<no>\^?+)(?P<ranges>(?:{_ONE}(?:-{_ONE})?)+)\]"
    r"|\\(?P<escaped>.)|(?P<plain>[^\[\\])",
    re.DOTALL,
)
_RANGE = re.compile(rf"({_ONE})(?:-({_ONE}))?", re.DOTALL)


class Filters(dict[str, list[str]]):
    """What a request asks for: values by the name of the filter."""

    @classmethod
    def parse(cls, text: str, accepted: Iterable[str]) -> Filters:
        """The filters written as `{"label": ["a"]}`, or `{"label": {"a": true}}`.

        Raises Refusal (400) for another form, and for a name that is not among `accepted`.
        """
        try:
            value = json.loads(text or "{}")
            lists = {} if value is None else {key: _values(one) for key, one in value.items()}
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise bad_request("invalid filter") from error
        for name in lists:
            if name not in accepted:
                raise bad_request(f"invalid filter '{name}'")
        return cls(lists)

    def is_one_of(self, name: str, value: str) -> bool:
        """Whether `value` is one of those that are wanted, or none is."""
        return value in (self.get(name) or [value])

    def begins(self, name: str, *values: str) -> bool:
        """Whether one of `values` begins with what is wanted."""
        wanted = tuple(self.get(name, ()))
        return not wanted or any(value.startswith(wanted) for value in values)

    def matches(self, name: str, *values: str) -> bool:
        """Whether one of `values` is wanted, or has what a wanted one says as a pattern."""
        wanted = self.get(name)
        return not wanted or any(_found(one, value) for one in wanted for value in values)

    def has_labels(self, labels: Mapping[str, str]) -> bool:
        """Whether `labels` has each that is wanted, and not all of those that are not."""
        if not _has_all(labels, self.get("label", ())):
            return False
        unwanted = self.get("label!")
        return unwanted is None or (bool(unwanted) and not _has_all(labels, unwanted))

    def flag(self, name: str) -> bool | None:
        """The filter as a boolean, None when it is not there; raises Refusal (400)."""
        if name not in self:
            return None
        values = set(self[name])
        is_true, is_false = bool(values & {"1", "true"}), bool(values & {"0", "false"})
        if is_true == is_false:
            told = f"={go_list(values)}" if values else ""
            raise bad_request(f"invalid filter '{name}{told}'")
        return is_true

    def until(self) -> float:
        """The moment of the filter `until` in seconds of the epoch; raises Refusal (400)."""
        wanted = self.get("until", [])
        if len(set(wanted)) > 1:
            raise bad_request("more than one until filter specified")
        return timestamp(wanted[0]) if wanted else float("inf")

    def check_values(self, name: str, noun: str, known: Iterable[str]) -> None:
        """Return when each value is a `known` `noun`; raises Refusal (400)."""
        for value in self.get(name, ()):
            if value not in known:
                raise bad_request(
                    f"invalid filter '{name}={value}': invalid value for {noun} ({value}): "
                    f"must be one of {', '.join(known)}"
                )

    def named(self, references: Iterable[ImageReference]) -> list[ImageReference]:
        """Those of `references` that fit a pattern; all when there is none. Raises Refusal (500).

        A pattern is of the name as Docker shows it, with or without its tag or digest.
        """
        if "reference" not in self:
            return list(references)
        patterns = [_path_pattern(text) for text in self["reference"]]
        return [
            one
            for one in references
            if any(p.fullmatch(one.familiar) or p.fullmatch(one.name) for p in patterns)
        ]


def _values(value: object) -> list[str]:
    given = [] if value is None else value
    if not isinstance(given, list | dict) or not all(isinstance(one, str) for one in given):
        raise TypeError
    if isinstance(given, dict) and not all(isinstance(one, bool) for one in given.values()):
        raise TypeError
    return list(given)


def _found(pattern: str, value: str) -> bool:
    if pattern == value:
        return True
    try:
        return re.search(pattern, value, re.ASCII) is not None
    except (re.error, RecursionError, OverflowError):
        return False


def _has_all(labels: Mapping[str, str], wanted: Iterable[str]) -> bool:
    for text in wanted:
        key, equals, value = text.partition("=")
        if key not in labels or (equals and labels[key] != value):
            return False
    return True


def go_list(values: Iterable[str]) -> str:
    """`values` as Go prints a list."""
    return f"[{' '.join(sorted(values))}]"


@lru_cache(maxsize=64)
def _path_pattern(text: str) -> re.Pattern[str]:
    """The pattern of Go's path.Match: https://pkg.go.dev/path#Match. Raises Refusal (500)."""
    steps, end = [], 0
    while match := _STEP.match(text, end):
        steps.append(_step(match))
        end = match.end()
    if end < len(text):
        raise Refusal(500, "syntax error in pattern")
    return re.compile("".join(steps), re.DOTALL)


def _step(match: re.Match[str]) -> str:
    if match["star"]:
        return "[^/]*"
    if match["any"]:
        return "[^/]"
    if match["ranges"] is None:
        return re.escape(match["escaped"] or match["plain"])
    pairs = (tuple(one[-1:] for one in pair) for pair in _RANGE.findall(match["ranges"]))
    spans = [(low, high or low) for low, high in pairs]
    ranges = "".join(f"{re.escape(a)}-{re.escape(b)}" for a, b in spans if a <= b)
    return f"[{match['no']}{ranges}]" if ranges else "." if match["no"] else "(?!)"
