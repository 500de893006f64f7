"""Whether a figure is the time between two moments that a source names: days, years, hours of a day, an age."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations, pairwise

from newsletter.check.chance import is_met
from newsletter.check.rounding import Claimed, Hedge, stands_for
from newsletter.text.figures import Figure, FigureKind

_DAYS = {"days": Decimal(1), "weeks": Decimal(7), "months": Decimal("30.44"), "years": Decimal("365.25")}
_DAYS |= {"fortnights": Decimal(14), "quarters": Decimal("91.31"), "nights": Decimal(1)}
_DAYS |= {"decades": _DAYS["years"] * 10, "centuries": _DAYS["years"] * 100}
# So many days a span may leave open.
_EXACT = {"days": 1, "nights": 1, "weeks": 7, "fortnights": 7, "months": 31, "quarters": 92}
_EXACT |= {"years": 366, "decades": 366, "centuries": 366}


def is_time_between(claim: Claimed, unit: str, named: Sequence[tuple[date, date]], known: Iterable[date]) -> bool:
    """Whether the claim is the time between two days: one that a source names, and another such, or a known one.

    `named` are spans, for a source may name a month or a year only; the days of a range count both of its ends.
    """
    if unit not in _DAYS:
        return False
    size, exact = _DAYS[unit], _EXACT[unit]
    spans = tuple(span for span in dict.fromkeys(named) if (span[1] - span[0]).days < exact)
    if size == 1:  # "from 21 to 24 November" are four days
        ranges = [(last - first).days + 1 for first, last in named if first.month == last.month and first < last]
        if any(stands_for(claim, Decimal(days)) for days in ranges if days < 28):
            return True
    pairs = (*combinations(spans, 2), *((one, (day, day)) for one in spans for day in known))
    return any(_between(claim, one, other, size) for one, other in pairs)


def _between(claim: Claimed, one: tuple[date, date], other: tuple[date, date], unit: Decimal) -> bool:
    (first, first_last), (second, second_last) = sorted((one, other))
    least, most = (second - first_last).days, (second_last - first).days
    if least < 0:
        return False
    if claim.hedge in (Hedge.ABOVE, Hedge.BELOW, Hedge.NEARLY):
        return any(stands_for(claim, days / unit) for days in (least, most))
    value = abs(claim.figure.value)
    if unit == 1:
        return least <= value <= most + 1  # the first day counts or does not
    if claim.hedge is Hedge.ABOUT or value != int(value):
        slack = max(unit / 2, value * unit / 12)
        return least - slack <= value * unit <= most + slack
    return value in _told_between(first, first_last, second, second_last, unit)


def _told_between(first: date, first_last: date, second: date, second_last: date, unit: Decimal) -> set[int]:
    """What people call the time between two days, months or years: of years, only the years are counted."""
    open_days = max((first_last - first).days, (second_last - second).days)
    years = second.year - first.year
    if open_days > 31 or unit > 365:
        per = 1 if unit < 1000 else int(unit / 365)
        whole = years - ((second_last.month, second_last.day) < (first.month, first.day))
        counts = {years} if open_days > 31 else {years, whole}
        return {count // per for count in counts} | {round(count / per) for count in counts}
    if open_days > 1 and 30 < unit < 31:
        return {12 * years + second.month - first.month}
    days = (second - first).days
    return {int(days / unit), round(days / unit)}


_AGED = re.compile(r"\b(?:aged|age\sof|at|turn(?:s|ed|ing)?|is|was|now)\s$", re.IGNORECASE)


def is_age(text: str, figure: Figure) -> bool:
    """Whether a number without a unit is an age: "aged 68", "Oda Fennimore, 75, has had"."""
    if figure.kind is not FigureKind.BARE or not 1 < figure.value < 120 or figure.value != int(figure.value):
        return False
    before, behind = text[max(0, figure.start - 8) : figure.start], text[figure.end : figure.end + 1]
    return bool(_AGED.search(before)) or (before.endswith(", ") and behind in (",", ".", ""))


_BC = re.compile(r"\b(\d{2,4})\s?(?:BC|BCE|B\.C\.)(?![A-Za-z])|公元前(\d{2,4})年")
_CENTURY = re.compile(
    r"\b(?:(\d{1,2})(?:st|nd|rd|th)|(eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth"
    r"|nineteenth|tenth|ninth|eighth|seventh|sixth))[\s-]century\b(?P<bc>\s(?:BC|BCE)\b)?",
    re.IGNORECASE,
)
_NTH: tuple[str, ...] = (
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
)
_NTH += ("sixteenth", "seventeenth", "eighteenth", "nineteenth")
_IN_YEARS = {"years": 1, "decades": 10, "centuries": 100}


def is_age_of_old(claim: Claimed, sentences: Iterable[str], today: date) -> bool:
    """Whether so many years, decades or centuries have passed since a year BC, or a century, that a source names."""
    size = _IN_YEARS.get(claim.figure.unit or "")
    if size is None:
        return False
    spans = [span for sentence in sentences for span in _of_old(sentence, today.year)]
    value = abs(claim.figure.value) * size
    for least, most in spans:
        if claim.hedge is Hedge.NONE and least <= value <= most + claim.last * size:
            return True
        if any(stands_for(claim, Decimal(years) / size) for years in range(least, most + 1, 10)):
            return True
    return False


def _of_old(sentence: str, year: int) -> Iterator[tuple[int, int]]:
    """The least and the most years since."""
    for match in _BC.finditer(sentence):
        since = year + int(match[1] or match[2]) - 1
        yield since, since + 1
    for match in _CENTURY.finditer(sentence):
        nth = int(match[1]) if match[1] else _NTH.index(match[2].lower()) + 6
        if match["bc"]:
            yield year + 100 * (nth - 1), year + 100 * nth
        elif 100 * nth <= year:
            yield year - 100 * nth, year - 100 * (nth - 1)


_CLOCK = re.compile(
    r"\b(?P<hour>\d{1,2})(?:[:.](?P<minute>[0-5]\d))?\s?(?P<half>[ap])\.?m\b"
    r"|\b(?P<hour24>[01]?\d|2[0-4]):(?P<minute24>[0-5]\d)\b|\b(?P<twelve>noon|midnight)\b"
    r"|(?P<han>\d{1,2})(?:时|時|点|點)(?:(?P<hanminute>\d{1,2})分?)?",
    re.IGNORECASE,
)
_HOURS = {"hours": Decimal(60), "minutes": Decimal(1)}


def is_between_hours(claim: Claimed, sentences: Iterable[str]) -> bool:
    """Whether so many hours or minutes lie between two times of day of one sentence: "from 9:00 to 17:30"."""
    size = _HOURS.get(claim.figure.unit or "")
    if size is None:
        return False
    for sentence in sentences:
        times = [_minutes(match) for match in _CLOCK.finditer(sentence)]
        if is_met(claim, [(other - one + 1440) % 1440 / size for one, other in combinations(times, 2)], 1):
            return True
    return False


def clock_spans(sentence: str) -> Iterator[tuple[Decimal, int, int]]:
    """The minutes from each time of day that a sentence names to the next one, and where both stand."""
    for first, second in pairwise(_CLOCK.finditer(sentence)):
        yield (_minutes(second) - _minutes(first) + 1440) % 1440, first.start(), second.end()


def _minutes(match: re.Match[str]) -> Decimal:
    if match["twelve"]:
        return Decimal(720 if match["twelve"].lower() == "noon" else 1440)
    hour = int(match["hour"] or match["hour24"] or match["han"])
    minute = int(match["minute"] or match["minute24"] or match["hanminute"] or 0)
    if match["half"]:
        hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
    return Decimal(60 * hour + minute)
