"""Times that are told loosely: "early next year", "mid-2030", "the new year", 年初, "the first Monday of the month"."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date

from newsletter.text.dates import WEEKDAYS
from newsletter.text.datings import Span

# The first and the last month that a word for a part of the year may mean.
_PARTS = {"early": (1, 4), "start": (1, 2), "beginning": (1, 2), "new": (1, 1), "mid": (5, 8), "middle": (5, 8)}
_PARTS |= {"late": (9, 12), "end": (11, 12), "初": (1, 2), "中": (5, 8), "底": (11, 12), "末": (11, 12)}
_YEAR = r"(?P<year>(?:19|20)\d\d|(?P<rel>this|next|last|the|the\snew|the\sfollowing)\s(?:calendar\s)?year)"
_FORM = re.compile(
    rf"\b(?P<part>early|late|mid)[\s-](?:in\s)?{_YEAR}\b"
    rf"|\b(?P<edge>start|beginning|middle|end)\sof\s{_YEAR.replace('year>', 'of>').replace('rel>', 'ofrel>')}\b"
    r"|\b(?P<new>new)\syear\b(?!['’])"
    r"|(?P<hanrel>今年|明年|去年)?年?(?P<han>初|中|底|末)(?=[^\w]|[开開将前起])",
    re.IGNORECASE,
)
_SHIFTS = {"last": -1, "next": 1, "the following": 1, "the new": 1, "去年": -1, "明年": 1}
_NTH = re.compile(
    rf"\b(?P<nth>first|second|third|fourth|last)\s(?P<weekday>{'|'.join(WEEKDAYS)})\s(?:of|in)\s(?:the|this)\smonth\b",
    re.IGNORECASE,
)
_PLACES = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}


def loose_times(text: str, on: date | None) -> Iterator[tuple[int, int, Span]]:
    """Where a text of this day names such a time, and from when to when it may be."""
    if on is None:
        return
    for match in _FORM.finditer(text):
        named = match.groupdict()
        word = (named["part"] or named["edge"] or named["new"] or named["han"]).lower()
        first, last = _PARTS[word]
        for year in _years(named, on):
            yield *match.span(), (date(year, first, 1), date(year, last, monthrange(year, last)[1]))
    for match in _NTH.finditer(text):
        weekday, last = WEEKDAYS.index(match["weekday"].lower()), monthrange(on.year, on.month)[1]
        days = [day for at in range(1, last + 1) if (day := on.replace(day=at)).weekday() == weekday]
        day = days[_PLACES[match["nth"].lower()]]
        yield *match.span(), (day, day)


def _years(named: dict[str, str | None], on: date) -> tuple[int, ...]:
    written = (named["year"] or named["of"] or "").lower()
    if written.isdigit():
        return (int(written),)
    words = " ".join((named["rel"] or named["ofrel"] or named["hanrel"] or "").lower().split())
    if named["new"]:
        return (on.year + 1,) if on.month > 6 else (on.year,)
    return (on.year + _SHIFTS[words],) if words in _SHIFTS else (on.year, on.year + 1)
