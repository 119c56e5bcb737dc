"""Text of others, to be shown in a terminal: what steers one is written out instead."""

from __future__ import annotations

import re

# Controls but tab and new line, invisible signs and those of direction, halves of pairs, tags.
_STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def printable(text: str) -> str:
    """`text` with colours, titles, links and changes of direction as escapes: backslash, x, 1b."""
    return _STEERING.sub(lambda sign: sign[0].encode("unicode_escape").decode(), text)
