"""Times that a text gives without naming them, reckoned from its own day or from one that it names before.

"The year before" beside 2025 is 2024, "a fortnight ago" a day two weeks before the text's own, "New Year's Day" the
first of January, "the end of June" its thirtieth day, "the first ten months" January to October.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from newsletter.text.dates import MONTHS
from newsletter.text.datings import Dating
from newsletter.text.numberwords import SMALL, read_han, read_words

_NUMBER = (
    rf"(?:{'|'.join(sorted(SMALL, key=len, reverse=True))})(?:[-\s](?:one|two|three|four|five|six|seven|eight|nine))?"
)
_COUNT = rf"(?P<count>an?|half\sa|{_NUMBER}|\d{{1,3}})"
_YEARS = {"year": 1, "decade": 10, "century": 100, "centuries": 100}
_DAYS = {"day": 1, "week": 7, "fortnight": 14, "month": 30}
_NAMED_DAYS = {
    (1, 1): r"New\sYear['’]?s\sDay|元旦",
    (2, 14): r"(?:St\.?\s)?Valentine['’]?s\sDay",
    (5, 1): r"May\sDay|劳动节|勞動節|五一节",
    (6, 1): r"儿童节",
    (10, 1): r"国庆节|國慶節",
    (10, 31): r"Hallowe['’]?en",
    (12, 24): r"Christmas\sEve|平安夜",
    (12, 25): r"Christmas(?:\sDay)?(?!\sEve)|圣诞节|聖誕節",
    (12, 26): r"Boxing\sDay|St\.?\sStephen['’]?s\sDay",
    (12, 31): r"New\sYear['’]?s\sEve|(?:the\s)?(?:very\s)?end\sof\s(?:the|this)\syear|year[’'\s-]s?\s?end|年底|年末",
}
_HOLIDAYS = tuple(
    (day, re.compile(rf"\b(?:{form})" if form[0].isascii() else form)) for day, form in _NAMED_DAYS.items()
)
_WHOLE = (
    name.title() for name in sorted(MONTHS, key=len, reverse=True) if len(name) > 4 or name in ("may", "june", "july")
)
_MONTH = rf"(?P<month>{'|'.join(_WHOLE)})"
_END_OF = re.compile(
    rf"\b(?P<edge>end|close|start|beginning)\sof\s(?:{_MONTH}(?:,?\s(?P<year>20\d\d))?|(?P<own>(?:the|this)\smonth))\b"
    r"|(?:(?P<hanyear>20\d\d)年)?(?P<hanmonth>\d{1,2}|[一二三四五六七八九十]{1,2})月(?P<hanedge>底|初|末)|(?P<hanown>本月底|月底)"
)
_FIRST_MONTHS = re.compile(
    rf"\bfirst\s(?P<count>{_NUMBER}|\d{{1,2}})\smonths(?:\sof\s(?P<year>(?:19|20)\d\d))?"
    r"|(?:(?P<hanyear>20\d\d)年)?前(?P<han>\d{1,2}|[一二三四五六七八九十]{1,2})个?月(?!前)",
    re.IGNORECASE,
)
_YEARS_OFF = re.compile(
    rf"\b(?:{_COUNT}\s(?P<unit>years?|decades?|century|centuries)\s(?P<side>earlier|before|later|after|on|ago)"
    r"|the\s(?P<one>previous|preceding|following|next)\syear|the\syear\s(?P<than>before|after|earlier))\b",
    re.IGNORECASE,
)
_DAYS_OFF = re.compile(
    rf"\b(?:{_COUNT}\s(?P<unit>days?|weeks?|fortnights?|months?)\s(?P<side>ago|earlier|before|later|after|from\snow|hence)"
    rf"|(?:in|within)\s(?P<then>the\s(?:first|next|following)\s)?(?P<in>an?|{_NUMBER}|\d{{1,3}})\s(?P<inunit>days?|weeks?|fortnights?)(?:['’]\stime)?"
    r"|the\s(?P<next>next|following|previous|preceding)\sday|the\sday\s(?P<day>before|after))\b",
    re.IGNORECASE,
)
_WEEKEND = re.compile(r"\bweekend\b|周末|週末", re.IGNORECASE)
_NTH = re.compile(
    r"\bthe\s(?P<day>\d{1,2})(?:st|nd|rd|th)\b"
    r"(?=[.,;:!?]|$|\s(?:of\s(?:this|the|last|that|next)\smonth|and|at|to|it|he|she|they|in|was)\b)"
)
_LAST_NIGHT = re.compile(r"\blast\s(?:night|evening)\b|\bovernight\b|昨晚|昨夜", re.IGNORECASE)
_TONIGHT = re.compile(r"\b(?:tonight|this\s(?:morning|afternoon|evening))\b|今晨|今晚|今早", re.IGNORECASE)
_AFTERWARDS = ("after", "later", "on", "following", "next", "from now", "hence")


def implied_datings(text: str, on: date | None, named: Sequence[Dating], since: date | None) -> Iterator[Dating]:
    """The times a sentence gives without naming them.

    `on` is the text's own day, `named` are the times the sentence names, `since` is the last day named before them.
    """
    for (month, day), form in _HOLIDAYS:
        for match in form.finditer(text):
            yield Dating(start=match.start(), end=match.end(), month=month, day=day)
    for match in _END_OF.finditer(text):
        yield from _edge(match, on)
    for match in _FIRST_MONTHS.finditer(text):
        yield from _first_months(match, on)
    for match in _YEARS_OFF.finditer(text):
        yield from _years_off(match, on, named)
    for match in _DAYS_OFF.finditer(text):
        yield from _days_off(match, on, _last_day(named, match.start(), on) or since)
    for match in _WEEKEND.finditer(text):
        yield from (Dating(start=match.start(), end=match.end(), weekday=weekday) for weekday in (5, 6))
    for match in _NTH.finditer(text):
        if 1 <= int(match["day"]) <= 31:
            yield Dating(start=match.start(), end=match.end(), day=int(match["day"]))
    if on is not None:
        yield from (_on(match, on) for match in _TONIGHT.finditer(text))
        yield from (_on(match, on - timedelta(days=1)) for match in _LAST_NIGHT.finditer(text))


def last_day(named: Sequence[Dating], on: date | None) -> date | None:
    """The last single day that a sentence names."""
    return _last_day(named, 10**9, on)


def _last_day(named: Sequence[Dating], before: int, on: date | None) -> date | None:
    days = [one for one in named if one.end <= before and (one.day is not None or one.weekday is not None)]
    near = days[-1].nearest(on) if days else None
    return near[1] if near else None


def _edge(match: re.Match[str], on: date | None) -> Iterator[Dating]:
    is_end = match["edge"] in ("end", "close") or match["hanedge"] in ("底", "末") or bool(match["hanown"])
    if match["own"] or match["hanown"]:
        month = on.month if on else None
    else:
        month = MONTHS[match["month"].lower()] if match["month"] else _number(match["hanmonth"])
    if month is None or not 1 <= month <= 12:
        return
    written = match["year"] or match["hanyear"]
    year = int(written) if written else None
    day = monthrange(year or (on.year if on else 2025), month)[1] if is_end else 1
    yield Dating(start=match.start(), end=match.end(), year=year, month=month, day=day)


def _first_months(match: re.Match[str], on: date | None) -> Iterator[Dating]:
    count = _number(match["count"] or match["han"])
    written = match["year"] or match["hanyear"]
    year = int(written) if written else on.year if on else None
    if count and 2 <= count <= 12 and year:
        yield Dating(start=match.start(), end=match.end(), year=year, month=1, last_month=count)


def _years_off(match: re.Match[str], on: date | None, named: Sequence[Dating]) -> Iterator[Dating]:
    """A year so many before or after one that the sentence names, else before or after the text's own."""
    side = (match["side"] or match["one"] or match["than"]).lower()
    size = next((size for unit, size in _YEARS.items() if (match["unit"] or "year").lower().startswith(unit)), 1)
    count = _number(match["count"] or "a")
    if not count:
        return
    shift = count * size * (1 if side in _AFTERWARDS else -1)
    years = [one.year for one in named if one.year is not None]
    bases = years if side != "ago" and years else [on.year] if on else []
    months: set[int | None] = {one.month for one in named if one.month is not None}
    for base in bases:
        if 1500 <= base + shift <= 2099:
            for month in months or {None}:
                yield Dating(start=match.start(), end=match.end(), year=base + shift, month=month)


def _days_off(match: re.Match[str], on: date | None, since: date | None) -> Iterator[Dating]:
    """A day so many before or after the text's own, or the last one that is named before it."""
    side = (match["side"] or match["next"] or match["day"] or "hence").lower()
    side = " ".join(side.split())
    base = on if side in ("ago", "from now", "hence") and not match["then"] else since or on
    count = _number(match["count"] or match["in"] or "a")
    if base is None or not count:
        return
    unit = (match["unit"] or match["inunit"] or "day").lower().removesuffix("s")
    days = count * _DAYS[unit]
    day = base + timedelta(days=days if side in _AFTERWARDS else -days)
    if unit == "month":
        yield Dating(start=match.start(), end=match.end(), year=day.year, month=day.month)
    else:
        yield _on(match, day)


def _on(match: re.Match[str], day: date) -> Dating:
    return Dating(start=match.start(), end=match.end(), year=day.year, month=day.month, day=day.day)


def _number(written: str) -> int | None:
    if written.isascii() and written.isdigit():
        return int(written)
    words = written.lower()
    if words in ("a", "an"):
        return 1
    value = read_words(words) if words.isascii() else read_han(written)
    return None if value is None else int(value)


_RANGE = re.compile(r"\s?(?:-|–|—|to|and|until|till|through)\s?(?:the\s(?:end|middle)\sof\s)?", re.IGNORECASE)


def month_ranges(text: str, named: Sequence[Dating]) -> Iterator[tuple[Dating, Dating, Dating]]:
    """The ranges of months of a text: the first month, the last one, and all of it: "between July and September"."""
    for first, last in pairwise(named):
        is_months = first.month and last.month and not (first.day or last.day) and first.year in (None, last.year)
        if is_months and (first.month or 0) < (last.month or 0) and _RANGE.fullmatch(text, first.end, last.start):
            yield first, last, replace(last, start=first.start, month=first.month, last_month=last.month)
