"""Dates by a pattern of Unicode (TR 35, part 4), with the names that CLDR has for months and days."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from babel.core import Locale, UnknownLocaleError

_PIECE = re.compile(
    r"(([A-Za-z])\2*)|[^A-Za-z']+"
)  # a field, which is one letter or more of the same; or what is between
_FIELDS = {"E", "EE", "EEE", "EEEE", "M", "MM", "MMM", "MMMM", "d", "dd", "y", "yyyy"}


@lru_cache(maxsize=4096)
def dated(day: date, pattern: str, language: str) -> str:
    """The day as the pattern writes it in a language (BCP 47); in English where CLDR does not know the language.

    What weeks and days of the year, quarters, eras and quoted words ask for is left to Babel. For a plain date its
    module on dates is not imported: that finds out the machine's own zone first, which takes as long as a few pages do.
    """
    pieces = [(found[1], found[0]) for found in _PIECE.finditer(pattern)]
    if "'" in pattern or not all(sign is None or sign in _FIELDS for sign, _ in pieces):
        from babel.dates import format_date

        return format_date(day, pattern, locale=_locale(language))
    return "".join(_field(day, sign, language) if sign else text for sign, text in pieces)


def _field(day: date, sign: str, language: str) -> str:
    """One field of a pattern: so many letters, in such a form."""
    match sign[0], len(sign):
        case "y", width:
            return str(day.year).zfill(width)
        case "d", width:
            return str(day.day).zfill(width)
        case "M", (1 | 2) as width:
            return str(day.month).zfill(width)
        case "M", width:
            return str(_locale(language).months["format"]["wide" if width == 4 else "abbreviated"][day.month])
        case _, width:
            return str(_locale(language).days["format"]["wide" if width == 4 else "abbreviated"][day.weekday()])


@lru_cache(maxsize=32)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")
