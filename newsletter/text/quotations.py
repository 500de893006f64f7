"""Where a text gives somebody else's words: what stands between quotation marks."""

from __future__ import annotations

import re

# Opening mark -> what closes it. A straight one closes itself.
_PAIRS = {"“": "”", "„": "“”", "«": "»", "「": "」", "『": "』", "‘": "’", "《": "》", "‹": "›"}
_OPENING = re.compile(r"(?<![\w'])'(?=[^\W\d_])")  # not in '90s
_MOST = 1_500  # characters: what stays open longer was opened by mistake


def quoted_spans(text: str) -> tuple[tuple[int, int], ...]:
    """The marked quotations of a text, the outermost only, their marks included; in order.

    A mark that is never closed marks nothing, and neither does an apostrophe.
    """
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(text):
        end = _closed(text, at)
        if end:
            found.append((at, end))
        at = end or at + 1
    return tuple(found)


def _closed(text: str, at: int) -> int | None:
    """Behind the mark that closes the one at this place; None where none stands here or it stays open."""
    mark = text[at]
    if mark in _PAIRS:
        return _end(text, at, _PAIRS[mark])
    if mark == '"':
        return _end(text, at, '"')
    if mark == "'" and _OPENING.match(text, at):
        return _end(text, at, "'")
    return None


def _end(text: str, at: int, closing: str) -> int | None:
    depth = 0
    opening = text[at]
    upto = min(len(text), at + _MOST)
    if all(text.find(mark, at + 1, upto) < 0 for mark in closing):  # many marks open, and nothing closes
        return None
    for place in range(at + 1, upto):
        character = text[place]
        if character in closing and not (character in "'’" and not _may_close(text, place)):
            if depth == 0:
                return place + 1 if text[at + 1 : place].strip() else None
            depth -= 1
        elif character == opening and opening not in "\"'":
            depth += 1
    return None


def _may_close(text: str, at: int) -> bool:
    """Whether a single mark closes here: behind a word or what ends one, and not inside a word, as in "don't"."""
    return not text[at - 1].isspace() and not (text[at - 1].isalnum() and text[at + 1 : at + 2].isalnum())
