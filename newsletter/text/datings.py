"""Every time that a text names, so that it can be held against another text: whole dates, dates without a year, months,
seasons, quarters, years, weekdays, and times counted from the day of the text.

English and Chinese. A time is read as what it may mean: "Tuesday" is the one before the text's own day and the one
after it, "24 November" that day of last year, of this one and of the next. "A Monday" and "the first Monday of every
month" are no time: nobody can say which one is meant.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from newsletter.text.dates import MONTHS, WEEKDAYS, RelativePhrase, relative_phrases
from newsletter.text.figures import find_figures
from newsletter.text.numberwords import read_han
from newsletter.text.yearparts import FORMS as PARTS
from newsletter.text.yearparts import Span, part_of, part_spans

__all__ = ["Dating", "Span", "find_datings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dating:
    """One time as a text names it; what it does not name is None."""

    start: int  # where its words stand in the text
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    last_day: int | None = None  # of a range within the month: "21 to 24 November"
    last_month: int | None = None  # of a range within the year: "July to September"
    weekday: int | None = None  # 0 is Monday
    weeks_on: int | None = None  # "Monday of last week": counted from the text's own week
    nth: int | None = None  # "first Monday of October": which of them, from 1; -1 is the last
    part: str | None = None  # a season, a quarter, a half of the year; "spring", "q3"
    years_on: int | None = None  # "明年1月": a month of the next year, counted from the text's own
    counted: RelativePhrase | None = None  # "last month": nothing else is named then

    @property
    def is_impossible(self) -> bool:
        """Whether no calendar has it: 31 November. Without a year, 29 February is possible."""
        if self.month is not None and not 1 <= self.month <= 12:
            return True
        if self.day is None or self.month is None:
            return self.day is not None and not 1 <= self.day <= 31
        most = monthrange(self.year or 2024, self.month)[1]
        return not (1 <= self.day <= most and (self.last_day is None or 1 <= self.last_day <= most))

    @property
    def is_range(self) -> bool:
        """Whether it names a first and a last day of one month."""
        return self.last_day is not None

    @property
    def is_weekday(self) -> bool:
        """Whether it is a weekday and nothing else."""
        return self.weekday is not None and self.day is None and self.month is None and self.weeks_on is None

    def named(self) -> tuple[object, ...]:
        """What it names, without its place: equal for two datings that say the same."""
        counted = (self.counted.unit, self.counted.shift) if self.counted else None
        weekday = self.weekday if self.day is None else None
        until, week = (self.last_month, self.last_day), self.weeks_on
        return self.year, self.month, self.day, until, weekday, week, self.nth, self.part, self.years_on, counted

    def spans(self, on: date | None) -> tuple[Span, ...]:
        """What it may mean in a text of this day: first and last day of each. None: the text's day is not known."""
        if self.is_impossible:
            return ()
        if self.counted is not None:
            return _counted(self.counted, on) if on else ()
        if self.part is not None:
            return tuple(span for year in self._years(on) for span in part_spans(self.part, year))
        if self.month is None and self.day is None:
            if self.year is not None:
                return ((date(self.year, 1, 1), date(self.year, 12, 31)),)
            return _weekdays(self.weekday, self.weeks_on, on) if on and self.weekday is not None else ()
        if self.month is None:
            months = _around(on) if on else ()
        else:
            months = tuple((year, self.month) for year in self._years(on))
        return tuple(span for year, month in months if (span := self._in(year, month)))

    def nearest(self, on: date | None) -> Span | None:
        """Of what it may mean in a text of this day, what lies nearest to that day."""
        return min(self.spans(on), key=lambda span: abs((span[0] - on).days) if on else 0, default=None)

    def _years(self, on: date | None) -> tuple[int, ...]:
        """The years it may be in."""
        if self.year is not None:
            return (self.year,)
        shifts = (-1, 0, 1) if self.years_on is None else (self.years_on,)
        return tuple(on.year + shift for shift in shifts) if on else ()

    def _in(self, year: int, month: int) -> Span | None:
        last = monthrange(year, month)[1]
        if self.nth is not None and self.weekday is not None:
            days = [day for day in range(1, last + 1) if date(year, month, day).weekday() == self.weekday]
            at = self.nth - 1 if self.nth > 0 else self.nth
            return (date(year, month, days[at]),) * 2 if at < len(days) else None
        if self.day is None:
            until = self.last_month or month
            return date(year, month, 1), date(year, until, monthrange(year, until)[1])
        if self.day > last:  # 29 February
            return None
        return date(year, month, self.day), date(year, month, min(self.last_day or self.day, last))


def _around(on: date) -> tuple[tuple[int, int], ...]:
    """The month of a day, the one before and the one after: year and month."""
    months = (on.year * 12 + on.month - 1 + shift for shift in (-1, 0, 1))
    return tuple((count // 12, count % 12 + 1) for count in months)


def _counted(phrase: RelativePhrase, on: date) -> tuple[Span, ...]:
    try:
        return (phrase.days(on),)
    except (ValueError, OverflowError):  # "99 years ago" is a year; beyond the calendar is none
        return ()


def _weekdays(weekday: int, weeks_on: int | None, on: date) -> tuple[Span, ...]:
    if weeks_on is not None:
        day = on + timedelta(days=weekday - on.weekday(), weeks=weeks_on)
        return ((day, day),)
    before = on - timedelta(days=(on.weekday() - weekday) % 7)
    after = on + timedelta(days=(weekday - on.weekday() - 1) % 7 + 1)
    return (before, before), (after, after)


_NAMES = sorted(MONTHS, key=len, reverse=True)
# Only a short form has a point of its own; behind a whole name it ends the sentence.
_POINT = r"(?:(?<=\b[A-Za-z]{3})(?<!May)\.|(?<=\bSept)\.)?"
_MONTH = (
    rf"(?P<month>{'|'.join(name.title() for name in _NAMES)}|{'|'.join(name.upper() for name in _NAMES)})\b{_POINT}"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?(?!\d)"
_UNTIL = r"(?:\s?(?:-|–|—|to|and|through|until)\s?(?:the\s)?(?P<last>\d{1,2})(?:st|nd|rd|th)?(?![\d.,]*\d|\s?%|:))?"
_YEAR = r"(?P<year>(?:1[5-9]|20)\d\d)(?!\d)"
_SHORT = {"Mon": 0, "Tue": 1, "Tues": 1, "Wed": 2, "Thu": 3, "Thur": 3, "Thurs": 3, "Fri": 4, "Sat": 5, "Sun": 6}
_WEEKDAYS = {name.title(): at for at, name in enumerate(WEEKDAYS)} | _SHORT
_WEEKDAY = rf"(?P<weekday>{'|'.join(sorted(_WEEKDAYS, key=len, reverse=True))})\b\.?"
_WHOLE_WEEKDAY = "|".join(map(str.title, WEEKDAYS))
_LED_BY_WEEKDAY = rf"(?:\b{_WEEKDAY},?\s(?:the\s)?(?:\()?)?"
_LEADING = (
    r"(?:in|since|until|till|by|from|of|for|through|to|last|next|this|early|late|mid|before|after|during|between|and|or"
    r"|every|each|against|to|between|throughout|as\sof|our|the|on|spring|summer|autumn|fall|winter)"
)
# Months that are words as well, and short forms, count only where a word that leads a date stands before them.
_DOUBTFUL = "May|March|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec"
_SURE = "January|February|April|June|July|August|September|October|November|December"
_HAN_NUMBER = r"(?:\d{1,2}|[一二三四五六七八九十廿]{1,3})"
_HAN_YEAR = r"(?P<year>\d{4}|[〇零一二三四五六七八九]{4})\s*年"
_HAN_WEEKDAYS = {sign: at for at, sign in enumerate("一二三四五六")} | {"日": 6, "天": 6}

_NTH = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "last": -1,
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
}
_NTH |= {"final": -1} | {sign: at for at, sign in enumerate("一二三四五", 1)}
_FORMS = tuple(
    re.compile(form)
    for form in (
        *PARTS,
        rf"\b(?P<nth>(?i:{'|'.join(name for name in _NTH if name.isascii())}))\s{_WEEKDAY}\s(?:of|in)\s{_MONTH}"
        rf"(?:,?\s{_YEAR})?",
        rf"(?:{_HAN_YEAR}\s*)?(?P<month>{_HAN_NUMBER})\s*月(?:份)?的?第(?P<nth>[一二三四五])[个個]?"
        r"(?:周|星期|礼拜|禮拜)(?P<hanweekday>[一二三四五六日天])",
        rf"{_LED_BY_WEEKDAY}(?<![\d./-])\b{_DAY}{_UNTIL}\s(?:of\s)?{_MONTH}(?:,?\s{_YEAR})?",
        rf"{_LED_BY_WEEKDAY}\b{_MONTH}\s{_DAY}(?![.,]\d|\s?%|:\d){_UNTIL}(?:,?\s{_YEAR})?",
        rf"\b{_MONTH},?\s(?:of\s)?{_YEAR}",
        r"(?<![\d./-])(?P<year>(?:19|20)\d\d)([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?![\d/-])",
        rf"\b(?P<month>{_SURE})\b",
        rf"\b(?i:{_LEADING})[\s-](?P<at>(?P<month>{_DOUBTFUL}))\b\.?(?!\s+[A-Z][a-z])",
        rf"{_HAN_YEAR}\s*(?P<month>{_HAN_NUMBER})\s*月(?:\s*(?P<day>{_HAN_NUMBER})\s*[日号號])?",
        rf"(?P<relyear>去年|今年|明年)?(?P<month>{_HAN_NUMBER})\s*月(?!份?之)"
        rf"(?:\s*(?P<day>{_HAN_NUMBER})\s*(?:[日号號]\s*)?(?:(?:至|到|-|–|—)\s*(?P<last>{_HAN_NUMBER})\s*)?[日号號])?",
        rf"{_HAN_YEAR}(?!代)",
        r"(?<!每)(?<![第每].)(?<![第每].[个個])[上下本这這]?(?:周|星期|礼拜|禮拜)(?P<hanweekday>[一二三四五六日天])",
        rf"(?<![\d月.])(?P<day>{_HAN_NUMBER})日(?!元|报|常|前|本|内)",
        rf"\b(?P<weekday>{_WHOLE_WEEKDAY})\b(?!s\b|[-–]\w)(?:,?\s(?:of\s)?(?P<week>last|this|next)\sweek\b)?",
        rf"\b(?P<week>[Ll]ast|[Tt]his|[Nn]ext)\sweek,?\s(?:on\s)?(?P<weekday>{_WHOLE_WEEKDAY})\b(?!s\b|[-–]\w)",
    )
)
# "A Monday", "every other Monday", "the first Monday of the month", "Monday evenings" are no day.
_ANY = re.compile(
    r"\b(?:an?|any|some|one|another|every|each|either|alternate|other|first|second|third|fourth|fifth|final"
    r"|\d(?:st|nd|rd|th))\s$",
    re.IGNORECASE,
)
_OF_MANY = re.compile(r"\s(?:mornings|afternoons|evenings|nights|lunchtimes)\b")
_LAST, _OF = re.compile(r"\blast\s$", re.IGNORECASE), re.compile(r"\s(?:of|in)\s")
# "In a Monday statement" does say when.
_HELD_THEN = re.compile(
    r"\s(?:statement|interview|briefing|report|article|post|column|conference|press|news|speech|meeting|call|hearing|vote"
    r"|session|ceremony|release|filing|announcement|message|letter|memo|editorial|address|summit|ruling|visit)\b"
)
_YEAR_ALONE = re.compile(r"(?<![\w.,/$€£¥#-])(?P<year>1[5-9]\d\d|20\d\d)(?![\d%/]|[.,]\d|-\d\d-|s\b|年)")
_YEAR_AFTER = re.compile(r"[-–](\d{4}|\d\d)(?![\d-])")
_WEEKS_ON = {"last": -1, "this": 0, "next": 1}
_YEARS_ON = {"去年": -1, "今年": 0, "明年": 1}


@lru_cache(maxsize=2048)  # two checks read the same sentences, again and again while an issue is written
def find_datings(text: str) -> tuple[Dating, ...]:
    """The times a text names, in its order; none overlaps another."""
    found = [_dating(match) for form in _FORMS for match in form.finditer(text)]
    found = [one for one in found if not (_is_any(text, one) if one.is_weekday else _is_amount(text, one))]
    found += _years(text)
    for phrase in relative_phrases(text):
        if phrase.unit not in WEEKDAYS:  # "on Tuesday" is found as the weekday it is
            end = phrase.at + len(phrase.written)
            found.append(Dating(start=phrase.at, end=end, counted=phrase))
    kept: list[Dating] = []
    for one in sorted(found, key=lambda each: (each.start, -each.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(kept)


def _is_any(text: str, weekday: Dating) -> bool:
    """Whether a weekday is one of many, so that it says no day."""
    before, after = text[: weekday.start], weekday.end
    if _OF_MANY.match(text, after) or (_LAST.search(before) and _OF.match(text, after)):
        return True
    return _ANY.search(before) is not None and _HELD_THEN.match(text, after) is None


def _is_amount(text: str, part: Dating) -> bool:
    """Whether what looks like a season and its year is none: "a fall of 2000 points"."""
    if part.part is None or part.year is None:
        return False
    return any(part.start < one.end and one.start < part.end for one in find_figures(text, "en") if one.value > 1000)


def _dating(match: re.Match[str]) -> Dating:
    parts = match.groupdict()
    start, end = match.span("at" if parts.get("at") else 0)
    weekday, han = parts.get("weekday"), parts.get("hanweekday")
    return Dating(
        start=start,
        end=end,
        year=_number(parts.get("year")),
        month=_month(parts.get("month")),
        day=_number(parts.get("day")),
        last_day=_number(parts.get("last")),
        weekday=_WEEKDAYS[weekday] if weekday else _HAN_WEEKDAYS[han] if han else None,
        weeks_on=_WEEKS_ON.get((parts.get("week") or "").lower()),
        nth=_NTH[nth.lower()] if (nth := parts.get("nth")) else None,
        part=part_of(parts),
        years_on=_YEARS_ON.get(parts.get("relyear") or ""),
    )


def _month(written: str | None) -> int | None:
    if not written:
        return None
    return MONTHS.get(written.lower()) or _number(written)


def _number(written: str | None) -> int | None:
    if not written:
        return None
    if written.isascii():
        return int(written)
    value = read_han(written.replace("廿", "二十"))
    return None if value is None else int(value)


def _years(text: str) -> Iterator[Dating]:
    """Years that stand alone, and the second of "2024-25"; what is a figure ("2000 people") is none."""
    matches = tuple(_YEAR_ALONE.finditer(text))
    if not matches:
        return
    figures = [(one.start, one.end) for one in find_figures(text, "en")]
    for match in matches:
        if not any(start < match.end() and match.start() < end for start, end in figures):
            yield Dating(start=match.start(), end=match.end(), year=int(match["year"]))
            if after := _YEAR_AFTER.match(text, match.end()):
                year = int(after[1]) if len(after[1]) == 4 else int(match["year"][:2] + after[1])
                yield Dating(start=after.start(1), end=after.end(), year=year)
