"""Measures that are told in two steps or without a number: "2 hours 40 minutes", "a fortnight", "a twentieth of a
millimetre", "half a year", 一年半."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from newsletter.text import units
from newsletter.text.figures import Figure, FigureKind
from newsletter.text.numberwords import FRACTIONS

# What the smaller unit is of the greater one before it.
_PARTS = {
    ("hours", "minutes"): 60,
    ("minutes", "seconds"): 60,
    ("days", "hours"): 24,
    ("weeks", "days"): 7,
    ("years", "months"): 12,
    ("feet", "inches"): 12,
    ("kg", "g"): 1000,
    ("km", "metres"): 1000,
    ("metres", "cm"): 100,
}
_BETWEEN = re.compile(r"(?:\s?[a-z]+|\.)?(?:,?\sand\s|,\s|\s)?|[\u3400-\u9fff]{1,3}", re.IGNORECASE)


def joined(figures: Sequence[Figure], text: str) -> tuple[Figure, ...]:
    """The measures of a text that are told in two steps, in the smaller unit: 160 minutes for "2 hours 40 minutes"."""
    found = []
    for first, second in pairwise(figures):
        size = _PARTS.get((first.unit or "", second.unit or ""))
        if size and abs(second.value) < size and _BETWEEN.fullmatch(text, first.end, second.start):
            value = first.value * size + second.value
            shown = text[first.start : second.end]
            found.append(replace(second, value=value, shown=shown, start=first.start))
    return tuple(found)


_UNIT = r"(?P<unit>hour|day|week|fortnight|month|year|decade|century|dozen)"
_LED = (
    r"\b(?:for|in|within|after|over|about|nearly|almost|than|lasts?|lasted|takes?|took|needs?|of|by|once|every|whole|full"
    r"|just|under)"
)
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\b(?P<half>half)\s(?:an?|the)\s{_UNIT}\b(?!\sof\b)",
        rf"\b(?:a|one)\s(?P<half>half)[\s-]{_UNIT}\b",
        rf"\b(?:an?|one)\s{_UNIT}\sand\s(?P<plus>a\shalf)\b",
        rf"\b(?P<quarters>(?:an?\s)?quarter|three[\s-]quarters)\sof\san?\s{_UNIT}\b",
        rf"{_LED}\s(?:an?)\s{_UNIT}\b(?!\sand\b)",
        rf"\b(?:an?)\s{_UNIT}\s(?:ago|later|earlier|before|after|long|old|too|more|less|longer|shorter|faster)\b",
        rf"\b{_UNIT}[\s-](?:long|old)\b",
        r"\b(?P<unit>fortnight)\b",
    )
)
# In units that are counted: half a year is six months, and a fortnight 14 days.
_SMALLER = {
    "hour": ("minutes", 60),
    "day": ("hours", 24),
    "week": ("days", 7),
    "fortnight": ("days", 14),
    "month": ("months", 1),
    "year": ("months", 12),
    "decade": ("years", 10),
    "century": ("years", 100),
    "dozen": (None, 12),
}
_HAN = re.compile(
    "(?P<one>一)?(?:个|個)?(?P<unit>小时|小時|钟头|天|月|年|世纪|世紀)(?P<plus>半)|半(?:个|個)?(?P<half>小时|小時|钟头|天|月|年|世纪|世紀)"
)
_HAN_UNITS = {"小时": "hour", "小時": "hour", "钟头": "hour", "天": "day", "月": "month", "年": "year"}
_HAN_UNITS |= {"世纪": "century", "世紀": "century"}
_HAN_HINT = re.compile("半")
_HINT = re.compile(r"\b(?:hour|day|week|fortnight|month|year|decade|century|dozen)\b", re.IGNORECASE)


def implied(text: str) -> Iterator[Figure]:
    """The measures that a text names without a number, which it says all the same: "a fortnight" are 14 days."""
    if _HINT.search(text):
        for form in _FORMS:
            for match in form.finditer(text):
                named = match.groupdict()
                part = Decimal(1)
                if named.get("half"):
                    part = Decimal("0.5")
                elif named.get("plus"):
                    part = Decimal("1.5")
                elif quarters := named.get("quarters"):
                    part = Decimal("0.75") if quarters[0] in "tT" else Decimal("0.25")
                yield _measure(match, match["unit"].lower(), part)
    if _HAN_HINT.search(text):
        for match in _HAN.finditer(text):
            if match["half"] or match["one"]:
                part = Decimal("0.5") if match["half"] else Decimal("1.5")
                yield _measure(match, _HAN_UNITS[match["half"] or match["unit"]], part)


def _measure(match: re.Match[str], word: str, part: Decimal) -> Figure:
    unit, size = _SMALLER[word]
    kind = FigureKind.COUNT if unit else FigureKind.BARE
    return Figure((size * part).normalize() + 0, match[0], unit, match.start(), match.end(), kind)


_FRACTION = re.compile(
    rf"\b(?:(?P<over>an?|one|two|three|four|five|seven|nine)[\s-](?P<under>{'|'.join(FRACTIONS)})s?|(?P<half>half))"
    r"\s(?:of\s)?an?\s(?P<unit>[a-z]+)\b",
    re.IGNORECASE,
)
_OVER = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "seven": 7, "nine": 9}


def fractions(text: str) -> Iterator[Figure]:
    """Parts of a unit of length, weight, money and the like: "a twentieth of a millimetre" is 0.05 mm."""
    for match in _FRACTION.finditer(text):
        unit, is_money = units.named(match["unit"].lower())
        if unit is None or not (is_money or units.is_measure(unit)):
            continue
        under = 2 if match["half"] else FRACTIONS[match["under"].lower()]
        value = Decimal(_OVER[(match["over"] or "a").lower()]) / under
        kind = FigureKind.MONEY if is_money else FigureKind.COUNT
        yield Figure(value.normalize() + 0, match[0], unit, match.start(), match.end(), kind)
