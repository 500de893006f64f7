"""What to look out for in the weeks that come: clocks that change, holidays on a deadline, unusual times. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

from newsletter.model.issue import Week
from newsletter.publication.calendar import clock_change
from newsletter.publication.holidays import HOLIDAYS, Holiday
from newsletter.publication.schedule import City, Deadline, Moment, Schedule

DAY = timedelta(days=1)
CLOCKS_CHANGE = (time(1), time(4))  # the hours in which they do so in most zones


@dataclass(frozen=True, slots=True, order=True)
class Notice:
    """One thing to look out for."""

    day: date  # when it matters first
    words: str  # whole sentences


def notices(
    schedule: Schedule, holidays: tuple[Holiday, ...], weeks: tuple[Week, ...], now: datetime
) -> tuple[Notice, ...]:
    """What whoever makes these issues should know beforehand, the earliest first."""
    found = [
        *_extra(schedule, weeks),
        *_on_holidays(holidays, weeks, schedule.cities),
        *_hours_of_change(schedule, now),
    ]
    if weeks:
        last = max(week.due for week in weeks)
        found += [*_gaps(schedule, weeks, now, last), *_beyond(holidays, last)]
    return tuple(sorted(found))


def in_full(day: date) -> str:
    """A date as people write it: Fri 27 Nov 2026."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def _gaps(schedule: Schedule, weeks: tuple[Week, ...], now: datetime, last: datetime) -> Iterator[Notice]:
    """Cities that come nearer to each other, or go further apart, before the last of these issues is out."""
    days = [now + n * DAY for n in range((last - now) // DAY + 2)]
    for one, other in combinations(schedule.cities, 2):
        for start, end in pairwise(days):
            before, after = (_offset(moment, one) - _offset(moment, other) for moment in (start, end))
            if before == after:
                continue
            there = one if _offset(start, one) != _offset(end, one) else other
            change = clock_change(start, end, there.zone)
            day = _date_in(there, change)
            words = f"The clocks change in {there.name} on {in_full(day)}: {one.name} and {other.name} are "
            words += f"{_hours(after)} apart from then on, no longer {_hours(before)}."
            yield Notice(day, words + _first_after(schedule, weeks, change))


def _first_after(schedule: Schedule, weeks: tuple[Week, ...], change: datetime) -> str:
    """When the first weekly issue after it goes out, in the cities whose clocks its time was not written for."""
    weekly = (week for week in weeks if week.due >= change and not week.issue.slug)
    week = min(weekly, key=lambda week: week.due, default=None)
    away = [city for city in schedule.cities if city.zone != schedule.calendar.send.zone]
    if week is None or not away:
        return ""
    times = " and ".join(f"{week.due.astimezone(ZoneInfo(city.zone)):%H:%M} in {city.name}" for city in away)
    return f" {week.issue} goes out at {times}."


def _offset(moment: datetime, city: City) -> timedelta:
    return moment.astimezone(ZoneInfo(city.zone)).utcoffset() or timedelta(0)


def _date_in(city: City, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(city.zone)).date()


def _hours(gap: timedelta) -> str:
    minutes = abs(gap) // timedelta(minutes=1)
    hours, rest = divmod(minutes, 60)
    return f"{hours}:{rest:02} hours" if rest else f"{hours} hour{'s' * (hours != 1)}"


def _on_holidays(holidays: tuple[Holiday, ...], weeks: tuple[Week, ...], cities: tuple[City, ...]) -> Iterator[Notice]:
    """Days off on which a deadline falls, or which take away the day before it."""
    zones = {city.name: city for city in cities}
    for holiday in holidays:
        for week in weeks:
            told: dict[str, list[str]] = {}  # what is so, and the cities in which it is
            for name in holiday.cities:
                if words := _falls(holiday.date, week, zones[name]):
                    told.setdefault(words, []).append(name)
            for words, names in told.items():
                what = f"{in_full(holiday.date)} is {holiday.name} in {' and '.join(names)}"
                yield Notice(holiday.date, f"{what}: {words}.")


def _falls(day: date, week: Week, city: City) -> str:
    """Which deadlines of an issue fall on a day in a city, and which on the next; empty where none does."""
    named = (("the cut-off", week.cut_off), ("the approval deadline", week.approve_by), ("sending", week.due))
    same = [name for name, moment in named if _date_in(city, moment) == day]
    following = [name for name, moment in named if _date_in(city, moment) == day + DAY]
    told = [f"{' and '.join(same)} of {week.issue} {'falls' if len(same) == 1 else 'fall'} on it"] if same else []
    of = "" if same else f" of {week.issue}"
    told += (
        [f"{' and '.join(following)}{of} {'comes' if len(following) == 1 else 'come'} the day after"]
        if following
        else []
    )
    return ", and ".join(told)


def _beyond(holidays: tuple[Holiday, ...], last: datetime) -> Iterator[Notice]:
    newest = max((holiday.date for holiday in holidays), default=None)
    if newest and newest.year < last.year:
        yield Notice(date(last.year, 1, 1), f"{HOLIDAYS} holds none of {last.year} yet; write them in.")


def _extra(schedule: Schedule, weeks: tuple[Week, ...]) -> Iterator[Notice]:
    for week in weeks:
        if week.issue.slug:
            local = week.due.astimezone(ZoneInfo(schedule.calendar.send.zone))
            day = week.issue.date
            yield Notice(day, f"{week.issue} is an extra issue: it goes out on {in_full(day)} at {local:%H:%M}.")


def _hours_of_change(schedule: Schedule, now: datetime) -> Iterator[Notice]:
    """Times at which clocks are changed, in zones that change theirs: one day a time will not be there, or be twice."""
    for name, at, zone in _wall_times(schedule):
        if CLOCKS_CHANGE[0] <= at < CLOCKS_CHANGE[1] and _changes(zone, now):
            words = f"{name} is at {at:%H:%M} in {zone}, where clocks are changed between 01:00 and 04:00."
            yield Notice(now.date(), f"{words} A time before or after that is there once on every day.")


def _wall_times(schedule: Schedule) -> Iterator[tuple[str, time, str]]:
    """Every time that schedule.yaml names, with the key it stands at and its zone."""
    calendar, jobs = schedule.calendar, schedule.jobs
    for key in ("open", "cut_off", "approve_by", "send"):
        one: Moment | Deadline = getattr(calendar, key)
        yield f"calendar: {key}", one.at, one.zone
    for extra in calendar.extra:
        if extra.at is not None:
            yield f"the extra issue {extra.date}-{extra.slug}", extra.at, calendar.send.zone
    for key, job in (("tidy", jobs.tidy), ("backup", jobs.backup), ("report", jobs.report)):
        yield f"jobs: {key}", job.at, job.zone or calendar.send.zone


def _changes(zone: str, now: datetime) -> bool:
    return len({(now + timedelta(weeks=n)).astimezone(ZoneInfo(zone)).utcoffset() for n in range(53)}) > 1
