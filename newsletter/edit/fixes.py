"""Fixes: changes of single places in a file, made without touching any other byte of it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from newsletter.model.errors import NewsletterError
from newsletter.model.finding import Fix

_LINE_END = re.compile("\r\n|\r|\n")
_BOM = "\ufeff"


class FixRefused(NewsletterError):
    """What a fix was to change no longer stands there, or two fixes are about the same place."""

    def __init__(self, fix: Fix, what: str) -> None:
        self.fix = fix
        super().__init__(f"{fix.path}, line {fix.line}: {what}; check the issue again")


def fixed(text: str, fixes: Iterable[Fix]) -> str:
    """The text of one file with all these fixes made; comments, order, line ends and all else as they were.

    Lines end in LF, CRLF or CR, and a line end in a fix becomes the file's own. A byte order mark counts as no
    character. Raises `FixRefused` where the old words of a fix do not stand, and where two fixes overlap; then nothing
    is made at all.
    """
    starts = _line_starts(text)
    ending = (_LINE_END.search(text) or ["\n"])[0]
    places = sorted((_place(text, starts, fix, ending), fix.line, fix.column, fix) for fix in _once(fixes))
    upto = len(text) + 1
    for (start, end), *_, fix in reversed(places):
        if end > upto or (end == start == upto):
            raise FixRefused(fix, f"two fixes are about “{fix.old}”")
        text = text[:start] + fix.new.replace("\n", ending) + text[end:]
        upto = start
    return text


def standing(text: str, fixes: Iterable[Fix]) -> tuple[Fix, ...]:
    """Those of the fixes that can be made together, the first of two that overlap among them; in the text's order."""
    starts, kept = _line_starts(text), []
    ending = (_LINE_END.search(text) or ["\n"])[0]
    upto = 0
    for fix in sorted(_once(fixes), key=lambda one: (one.line, one.column)):
        try:
            start, end = _place(text, starts, fix, ending)
        except FixRefused:
            continue
        if start >= upto:
            kept.append(fix)
            upto = max(end, start + 1)
    return tuple(kept)


def _once(fixes: Iterable[Fix]) -> tuple[Fix, ...]:
    return tuple(dict.fromkeys(fixes))


def _line_starts(text: str) -> tuple[int, ...]:
    first = 1 if text.startswith(_BOM) else 0
    return (first, *(match.end() for match in _LINE_END.finditer(text)))


def _place(text: str, starts: tuple[int, ...], fix: Fix, ending: str) -> tuple[int, int]:
    """Where the old words of a fix begin and end in the text."""
    old = fix.old.replace("\n", ending)
    if 1 <= fix.line <= len(starts) and fix.column >= 1:
        start = starts[fix.line - 1] + fix.column - 1
        line_end = _LINE_END.search(text, starts[fix.line - 1])
        within = start <= (line_end.start() if line_end else len(text))
        if within and text.startswith(old, start) and (old or start == len(text)):
            return start, start + len(old)
    raise FixRefused(fix, f"“{fix.old}” no longer stands there")
