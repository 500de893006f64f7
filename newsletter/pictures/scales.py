"""The scales of a plot: round numbers on one axis, whole hours, days and months of a zone on the other. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count, pairwise, takewhile
from math import ceil
from zoneinfo import ZoneInfo

MOST_TICKS = 9  # of time, on a wide screen: "Fri 27 Nov" has room between two of them
MOST_PERIODS = 62  # two months of days; with more of them a bar would be thinner than a thumb's shadow

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400  # seconds
_CLOCK_STEPS = (1, 5, 15, 30, *(_MINUTE * n for n in (1, 2, 5, 10, 15, 30)), *(_HOUR * n for n in (1, 2, 3, 6, 12)))
_MEAN_MONTH = 30.44 * _DAY
_YEARS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)
_QUARTER = 900  # the clocks of all zones differ by whole quarters of an hour


@dataclass(frozen=True, slots=True)
class Tick:
    """A moment that an axis names."""

    at: datetime  # UTC
    words: str  # on the clock of the zone: "08:00", "27 Nov", "Nov 2026", "2026"


@dataclass(frozen=True, slots=True)
class Period:
    """A day, a week, a month, a quarter or a year of a zone."""

    begins: datetime  # UTC
    ends: datetime  # UTC; the next one begins here
    words: str  # "Fri 27 Nov 2026", "week of 23 Nov 2026", "Nov 2026", "Jul to Sep 2026", "2026"


@dataclass(frozen=True, slots=True)
class Periods:
    """The periods of a stretch of time, all of one unit, without a gap."""

    unit: str  # "day", "week", "month", "quarter", "year"
    all: tuple[Period, ...]


def number_ticks(low: int, high: int, most: int = 4) -> tuple[int, ...]:
    """Round whole numbers from at or below `low` to at or above `high`, at most `most` steps, at least two ticks."""
    steps = (mantissa * 10**power for power in count() for mantissa in (1, 2, 5))
    step = next(step for step in steps if -(-high // step) - low // step <= most)
    first, last = low // step, -(-high // step)
    return tuple(step * at for at in range(first, max(last, first + 1) + 1))


def time_ticks(first: datetime, last: datetime, zone: ZoneInfo) -> tuple[Tick, ...]:
    """The round moments between two, in order: at most nine, on the clock of the zone.

    Seconds to twelve hours, days, weeks from Monday, months or years, whichever is the smallest that is not too many.
    An hour that the zone leaves out has no tick; one that comes twice has two.
    """
    seconds = (last - first).total_seconds()
    for step in _CLOCK_STEPS:
        if seconds <= step * (MOST_TICKS - 1):
            return tuple(_of_clock(first, last, step, zone))
    begins = first.astimezone(zone).date()
    words, days = _calendar(begins, seconds)
    instants = ((_midnight(day, zone), day) for day in days)
    known = takewhile(lambda one: one[0] <= last, instants)
    return tuple(Tick(at, words(day)) for at, day in known if at >= first)


def periods(first: datetime, last: datetime, zone: ZoneInfo) -> Periods:
    """Days, weeks from Monday, months, quarters or years: the smallest unit of which at most 62 hold both moments.

    Of years there may be more: no one is left out.
    """
    begins, ends = (moment.astimezone(zone).date() for moment in (first, last))
    units: tuple[tuple[str, date, Callable[[date], Iterator[date]], Callable[[date], str]], ...] = (
        ("day", begins, _every(1), whole_day),
        ("week", begins - timedelta(days=begins.weekday()), _every(7), lambda day: f"week of {_short(day)} {day.year}"),
        ("month", begins.replace(day=1), _months(1), _month),
        ("quarter", date(begins.year, (begins.month - 1) // 3 * 3 + 1, 1), _months(3), _quarter),
        ("year", date(begins.year, 1, 1), _months(12), lambda day: str(day.year)),
    )
    for unit, start, following, words in units:
        days = list(_through(following(start), ends, None if unit == "year" else MOST_PERIODS + 1))
        if days[-1] > ends:
            edges = [(_midnight(day, zone), words(day)) for day in days]
            return Periods(unit, tuple(Period(a, b, name) for (a, name), (b, _) in pairwise(edges)))
    raise AssertionError("years have no limit")


def which(periods: tuple[Period, ...], at: datetime) -> int | None:
    """The index of the period that a moment falls into; None before the first and after the last."""
    found = bisect_left(periods, at, key=lambda one: one.ends)
    if found < len(periods) and periods[found].ends == at:
        found += 1
    return found if found < len(periods) and periods[found].begins <= at else None


def whole_day(day: date) -> str:
    """A day in words: Fri 27 Nov 2026."""
    return f"{day:%a} {_short(day)} {day.year}"


def place_of(zone: ZoneInfo) -> str:
    """The city that a zone is named after: "Hong Kong" of Asia/Hong_Kong."""
    return (zone.key or "local time").rpartition("/")[2].replace("_", " ")


def _of_clock(first: datetime, last: datetime, step: int, zone: ZoneInfo) -> Iterator[Tick]:
    stride = min(step, _QUARTER)
    for seconds in range(ceil(first.timestamp() / stride) * stride, int(last.timestamp()) + 1, stride):
        at = datetime.fromtimestamp(seconds, UTC)
        local = at.astimezone(zone)
        of_day = (local.hour * 60 + local.minute) * _MINUTE + local.second
        if of_day % step == 0:
            clock = f"{local:%H:%M:%S}" if step < _MINUTE else f"{local:%H:%M}"
            yield Tick(at, clock if of_day else f"{local:%a} {_short(local)}")


def _calendar(begins: date, seconds: float) -> tuple[Callable[[date], str], Iterator[date]]:
    """How ticks are named, and the days on which they may stand, from at or before `begins` without end."""
    for days in (1, 2, 7, 14):
        if seconds <= days * _DAY * (MOST_TICKS - 1):
            # Whole steps since a Monday long ago, so that the same days are named whatever the first one is.
            return _short, _every(days)(begins - timedelta(days=(begins.toordinal() - 1) % days))
    for months in (1, 3, 6):
        if seconds <= months * _MEAN_MONTH * (MOST_TICKS - 1):
            return _month, _months(months)(date(begins.year, (begins.month - 1) // months * months + 1, 1))
    step = next((n for n in _YEARS if seconds <= n * 365.25 * _DAY * (MOST_TICKS - 1)), _YEARS[-1])
    year = max(begins.year - begins.year % step, 1)
    return (lambda day: str(day.year)), _months(12 * step)(date(year, 1, 1))


def _every(days: int) -> Callable[[date], Iterator[date]]:
    return lambda start: (start + timedelta(days=days * at) for at in count())


def _months(months: int) -> Callable[[date], Iterator[date]]:
    def following(start: date) -> Iterator[date]:
        for at in count(start.month - 1, months):
            yield date(start.year + at // 12, at % 12 + 1, 1)

    return following


def _through(days: Iterator[date], last: date, most: int | None) -> Iterator[date]:
    """The days up to the first that is later than `last`, at most so many."""
    for at, day in enumerate(days, 1):
        yield day
        if day > last or at == most:
            return


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins, in UTC: where its midnight is left out, at the moment that comes instead."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _short(day: date) -> str:
    return f"{day.day} {day:%b}"


def _month(day: date) -> str:
    return f"{day:%b} {day.year}"


def _quarter(day: date) -> str:
    return f"{day:%b} to {day.replace(month=day.month + 2):%b} {day.year}"
