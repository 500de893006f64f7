"""Where a text may be divided, and the lines it makes in a width. Pure: how wide a text is, the caller says."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

Measure = Callable[[str], float]

ELLIPSIS = "…"
# A line begins with none of the first and ends with none of the second (W3C, Requirements for Chinese Text Layout,
# 3.1.3).
_NEVER_FIRST = frozenset("，。、；：！？·…—～）》〉」』】〕〗’”,.;:!?)]}%％")
_NEVER_LAST = frozenset("（《〈「『【〔〖‘“([{")


def in_lines(text: str, width: float, measure: Measure) -> tuple[str, ...]:
    """The text in as few lines as fit the width. A word that is wider is divided."""
    return _filled(_fitting(_pieces(text), width, measure), width, measure)


def balanced(text: str, width: float, measure: Measure) -> tuple[str, ...]:
    """The text in as few lines as fit the width, all of them about as long as each other."""
    lines = in_lines(text, width, measure)
    pieces = _fitting(_pieces(text), width, measure)
    narrow, wide = 0.0, width
    while wide - narrow > 1:
        middle = (narrow + wide) / 2
        tried = _filled(pieces, middle, measure)
        fits = len(tried) == len(lines) and all(measure(line) <= middle for line in tried)
        narrow, wide = (narrow, middle) if fits else (middle, wide)
    return _filled(pieces, wide, measure)


def cut(lines: Sequence[str], most: int, width: float, measure: Measure) -> tuple[str, ...]:
    """The first so many lines; where there are more, the last of them ends in an ellipsis."""
    if len(lines) <= most:
        return tuple(lines)
    last = lines[most - 1]
    while last and measure(f"{last}{ELLIPSIS}") > width:
        last = last[:-1]
    return (*lines[: most - 1], f"{last.rstrip()}{ELLIPSIS}")


def _pieces(text: str) -> list[str]:
    """What stays together: a word with the space after it; in Chinese a character with its punctuation."""
    pieces: list[str] = []
    for at, one in enumerate(text):
        before = text[at - 1] if at else ""
        if pieces and _together(before, one):
            pieces[-1] += one
        else:
            pieces.append(one)
    return pieces


def _together(before: str, one: str) -> bool:
    if one == " " or one in _NEVER_FIRST or before in _NEVER_LAST:
        return True
    if before == " ":
        return False
    return not (_is_wide(before) or _is_wide(one))


def _is_wide(one: str) -> bool:
    return unicodedata.east_asian_width(one) in "WF"


def _fitting(pieces: Sequence[str], width: float, measure: Measure) -> list[str]:
    """The pieces, each that is wider than a line divided where the line ends."""
    fitting = []
    for piece in pieces:
        while measure(piece.rstrip()) > width and len(piece) > 1:
            end = next((at for at in range(2, len(piece)) if measure(piece[:at]) > width), len(piece)) - 1
            fitting.append(piece[:end])
            piece = piece[end:]
        fitting.append(piece)
    return fitting


def _filled(pieces: Sequence[str], width: float, measure: Measure) -> tuple[str, ...]:
    lines = [""]
    for piece in pieces:
        if lines[-1] and measure(f"{lines[-1]}{piece}".rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return tuple(line.rstrip() for line in lines if line.strip())
