"""Dates that a text speaks of: absolute ones as days, relative ones ("last month") as marked phrases.

English and Chinese. Only what is certain is a day: "11/12/2026" is two different days on two shores, and "11 November"
names no year, so neither is one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from operator import itemgetter

_FIRST_HALF = ("january", "february", "march", "april", "may", "june")
_MONTH_NAMES = (*_FIRST_HALF, "july", "august", "september", "october", "november", "december")
MONTHS = {name: at for at, name in enumerate(_MONTH_NAMES, 1)} | {"sept": 9}
MONTHS |= {name[:3]: at for at, name in enumerate(_MONTH_NAMES, 1)}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\.?"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)[0-9]{2})(?![0-9])"
_HAN_DIGITS = "〇零一二三四五六七八九"

# November 11, 2026; 11 November, 2026; 2026-11-11; 2026年11月11日; 二〇二六年十一月十一日
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\b{_MONTH}\s+{_DAY}\s*,?\s+{_YEAR}",
        rf"(?<![0-9/.-]){_DAY}\s+(?:of\s+)?{_MONTH}\s*,?\s+{_YEAR}",
        r"(?<![0-9/.-])(?P<year>(?:19|20)[0-9]{2})([-/.])(?P<month>[0-9]{1,2})\2(?P<day>[0-9]{1,2})(?![0-9/-])",
        r"(?<![0-9])(?P<year>(?:19|20)[0-9]{2})\s*年\s*(?P<month>[0-9]{1,2})\s*月\s*(?P<day>[0-9]{1,2})\s*[日号號]",
        rf"(?P<year>[{_HAN_DIGITS}]{{4}})年(?P<month>[一二三四五六七八九十]{{1,2}})月"
        r"(?P<day>[一二三四五六七八九十廿卅]{1,3})[日号號]",
    )
)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A day that a text names with its year."""

    date: date
    written: str  # as the text has it
    at: int  # where it begins in the text, in characters


def find_dates(text: str) -> tuple[FoundDate, ...]:
    """The days a text names, in its order; a day that no calendar has is left out."""
    found = {one.at: one for form in _FORMS for match in form.finditer(text) if (one := _found(match))}
    return tuple(found[at] for at in sorted(found))


def _found(match: re.Match[str]) -> FoundDate | None:
    written = match["month"].lower()
    try:
        month = MONTHS.get(written) or _number(written)
        return FoundDate(date(_number(match["year"]), month, _number(match["day"])), match[0], match.start())
    except ValueError:  # 30 February
        return None


def _number(digits: str) -> int:
    """A number below 9999 in Arabic or Chinese figures: 2026, 二〇二六, 十一, 廿三."""
    if digits.isascii():
        return int(digits)
    if not set(digits) & set("十廿卅"):
        return int("".join(str(max(_HAN_DIGITS.index(digit) - 1, 0)) for digit in digits))
    tens, _, units = digits.replace("廿", "二十").replace("卅", "三十").partition("十")
    return (_number(tens) if tens else 1) * 10 + (_number(units) if units else 0)


@dataclass(frozen=True, slots=True)
class RelativePhrase:
    """A time that a text counts from the day it was written: "last month", "two weeks ago", 上周."""

    written: str
    at: int  # where it begins in the text, in characters
    unit: str  # "day", "week", "month", "year", or a weekday's English name
    shift: int  # how many units later; before when negative, 0 for the present one

    def days(self, written_on: date) -> tuple[date, date]:
        """The first and the last day that are meant, when the text was written on this day. Weeks begin on Monday."""
        return _SPANS[self.unit](written_on, self.shift)


def relative_phrases(text: str) -> tuple[RelativePhrase, ...]:
    """The relative times of a text, in its order. What they mean is reckoned from its own date, never from ours."""
    matches = ((match.start(), match, read) for form, read in _RELATIVE for match in form.finditer(text))
    found: list[RelativePhrase] = []
    end = 0
    for at, match, read in sorted(matches, key=itemgetter(0)):
        if at >= end:  # no two phrases share words
            found.append(RelativePhrase(match[0], at, *read(match)))
            end = match.end()
    return tuple(found)


_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "a couple of": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_COUNTS |= {"seven": 7, "eight": 8, "nine": 9, "ten": 10}
_SIDES = {"last": -1, "past": -1, "previous": -1, "this": 0, "this past": -1, "earlier this": 0, "later this": 0}
_SIDES |= {"next": 1, "coming": 1, "this coming": 1}
_AHEAD = {"next", "coming", "this coming"}
_HAN_SIDES = {"上": -1, "上个": -1, "上個": -1, "本": 0, "这": 0, "這": 0, "这个": 0, "這個": 0}
_HAN_SIDES |= {"下": 1, "下个": 1, "下個": 1}
_HAN_WORDS = {"昨天": ("day", -1), "昨日": ("day", -1), "今天": ("day", 0), "今日": ("day", 0), "明天": ("day", 1)}
_HAN_WORDS |= {"明日": ("day", 1), "去年": ("year", -1), "今年": ("year", 0), "明年": ("year", 1)}
_HAN_WORDS |= {"前天": ("day", -2), "后天": ("day", 2), "前年": ("year", -2), "后年": ("year", 2)}
_HAN_UNITS = {"周": "week", "週": "week", "星期": "week", "月": "month"}


def _either(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _count(match: re.Match[str]) -> int:
    written = " ".join(match["count"].lower().split())
    return _COUNTS.get(written) or int(written)


def _side(match: re.Match[str]) -> int:
    return _SIDES[" ".join(match["side"].lower().split())]


_UNITS = r"(?P<unit>day|week|month|year)"
_COUNTED = rf"(?P<count>{_either(_COUNTS)}|\d{{1,2}})\s+{_UNITS}s?"
_Read = Callable[[re.Match[str]], tuple[str, int]]
_RELATIVE: tuple[tuple[re.Pattern[str], _Read], ...] = (
    (
        re.compile(rf"\b{_COUNTED}\s+(?:ago|earlier)\b", re.IGNORECASE),
        lambda match: (match["unit"].lower(), -_count(match)),
    ),
    (re.compile(rf"\bin\s+{_COUNTED}\b", re.IGNORECASE), lambda match: (match["unit"].lower(), _count(match))),
    (
        re.compile(rf"\b(?P<side>{_either(_SIDES)})\s+(?P<unit>week|month|year)\b(?!['’-])", re.IGNORECASE),
        lambda match: (match["unit"].lower(), _side(match)),
    ),
    (
        re.compile(
            rf"\b(?P<side>on|last|this|next|this past|this coming|coming)\s+(?P<unit>{_either(WEEKDAYS)})\b",
            re.IGNORECASE,
        ),
        lambda match: (match["unit"].lower(), 1 if match["side"].lower() in _AHEAD else -1),
    ),
    (
        re.compile(r"\b(?P<word>yesterday|today|tomorrow)\b", re.IGNORECASE),
        lambda match: ("day", {"yesterday": -1, "today": 0, "tomorrow": 1}[match["word"].lower()]),
    ),
    (re.compile(_either(_HAN_WORDS)), lambda match: _HAN_WORDS[match[0]]),
    (
        re.compile(rf"(?P<side>{_either(_HAN_SIDES)})(?P<unit>{_either(_HAN_UNITS)})(?![一二三四五六日])"),
        lambda match: (_HAN_UNITS[match["unit"]], _HAN_SIDES[match["side"]]),
    ),
)


def _of_days(on: date, shift: int) -> tuple[date, date]:
    day = on + timedelta(days=shift)
    return day, day


def _of_weeks(on: date, shift: int) -> tuple[date, date]:
    monday = on - timedelta(days=on.weekday()) + timedelta(weeks=shift)
    return monday, monday + timedelta(days=6)


def _of_months(on: date, shift: int) -> tuple[date, date]:
    months = on.month - 1 + shift
    first, after = (date(on.year + count // 12, count % 12 + 1, 1) for count in (months, months + 1))
    return first, after - timedelta(days=1)


def _of_years(on: date, shift: int) -> tuple[date, date]:
    return date(on.year + shift, 1, 1), date(on.year + shift, 12, 31)


def _of_weekday(weekday: int) -> Callable[[date, int], tuple[date, date]]:
    def days(on: date, shift: int) -> tuple[date, date]:
        """The nearest such day: before the text's own day, which may be meant too, or after it."""
        gap = -((on.weekday() - weekday) % 7) if shift < 0 else (weekday - on.weekday() - 1) % 7 + 1
        return _of_days(on, gap)

    return days


_SPANS: dict[str, Callable[[date, int], tuple[date, date]]] = {
    "day": _of_days,
    "week": _of_weeks,
    "month": _of_months,
    "year": _of_years,
    **{name: _of_weekday(at) for at, name in enumerate(WEEKDAYS)},
}
