"""From the week in words to instants: pure. UTC is computed here and nowhere else.

A wall time that a clock change skips, or that comes twice, is refused with its date when the schedule is read: see
`troubles`. A zone may change its rules afterwards; then what was planned still happens, once: at the first instant
after the gap, or at the first of the two. Source of the rules: the IANA zone database, through `zoneinfo`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from newsletter.model.errors import ConfigError
from newsletter.model.issue import IssueId, Week
from newsletter.model.shape import WEEKDAYS
from newsletter.publication.schedule import Calendar, City, Deadline, ExtraIssue, Moment

WEEKS_AHEAD = 104  # how far a schedule is checked
_Moments: TypeAlias = dict[str, tuple[date, datetime]]  # by key: the date that is meant, and the instant it is kept at


class ImpossibleTime(ConfigError):
    """A wall time that does not exist on a date, or exists twice."""

    def __init__(self, wall: datetime, zone: str, twice: bool) -> None:
        self.wall = wall
        self.twice = twice
        why = "exists twice" if twice else "does not exist"
        super().__init__("calendar", f"{wall:%H:%M} on {wall:%Y-%m-%d} {why} in {zone}: the clocks change that night")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something the calendar cannot keep."""

    key: str  # of `calendar` in schedule.yaml
    what: str
    todo: str
    entry: int | None = None  # of the list at `key`; None: the whole of it


def instant(day: date, at: time, zone: str) -> datetime:
    """The instant, in UTC, of a wall time. Raises `ImpossibleTime`."""
    first, second = _both(day, at, zone)
    if first == second:
        return first
    raise ImpossibleTime(datetime.combine(day, at), zone, twice=first < second)


def kept(day: date, at: time, zone: str) -> datetime:
    """The instant, in UTC, at which something due at a wall time happens, and there is always exactly one.

    Of a time that comes twice it is the first; of one that is skipped, the instant at which the clocks are changed.
    """
    first, second = _both(day, at, zone)
    return first if first <= second else clock_change(second, first, zone)


def _both(day: date, at: time, zone: str) -> tuple[datetime, datetime]:
    """The instants, in UTC, by the clock before and after a change. PEP 495: in a gap the second is the earlier."""
    wall = datetime.combine(day, at, ZoneInfo(zone))
    return wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)


def clock_change(before: datetime, after: datetime, zone: str) -> datetime:
    """The first second, between two instants in UTC, at which the zone's clocks are others than before: by halving."""
    there = ZoneInfo(zone)
    old = before.astimezone(there).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(there).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after


def last_before(moment: Moment | Deadline, limit: datetime) -> datetime:
    """The last such moment before an instant; one that says `days_before` is on the date so many days before it."""
    return _last_before(moment, limit)[1]


def _last_before(moment: Moment | Deadline, limit: datetime) -> tuple[date, datetime]:
    """The date that was meant, and the instant at which it is kept."""
    day = limit.astimezone(ZoneInfo(moment.zone)).date()
    if isinstance(moment, Deadline) and moment.days_before is not None:
        day -= timedelta(days=moment.days_before)
        return day, kept(day, moment.at, moment.zone)
    day -= timedelta(days=(day.weekday() - (moment.day or 0)) % 7)
    found = kept(day, moment.at, moment.zone)
    if found < limit:
        return day, found
    day -= timedelta(days=7)
    return day, kept(day, moment.at, moment.zone)


def _moments(calendar: Calendar, issue: IssueId) -> _Moments:
    """Each key's date and instant, the last one first."""
    due = kept(issue.date, _time_of(calendar, issue), calendar.send.zone)
    approve_by = _last_before(calendar.approve_by, due)
    cut_off = _last_before(calendar.cut_off, approve_by[1] + timedelta(microseconds=1))  # both may be one
    opens = _last_before(calendar.open, cut_off[1])
    return {"send": (issue.date, due), "approve_by": approve_by, "cut_off": cut_off, "open": opens}


def week(calendar: Calendar, issue: IssueId) -> Week:
    """The instants of an issue, as they are kept; each is there, once, whatever the clocks do that night.

    Readers are promised, and asked for answers to, the first weekly issue that still takes them: one whose cut-off
    comes on a later date than this issue.
    """
    moments = _moments(calendar, issue)
    following, answers_by = _promise(calendar, issue)
    return Week(
        issue=issue,
        open=moments["open"][1],
        cut_off=moments["cut_off"][1],
        approve_by=moments["approve_by"][1],
        due=moments["send"][1],
        next_issue=following.date,
        answers_by=answers_by,
    )


def _promise(calendar: Calendar, issue: IssueId) -> tuple[IssueId, date]:
    """The weekly issue that takes answers to this one, and the last day for them."""
    following = next_weekly(calendar, issue.date)
    while True:
        _, cut_off = _moments(calendar, following)["cut_off"]
        last_day = cut_off.astimezone(ZoneInfo(calendar.send.zone)).date()
        if last_day > issue.date:
            return following, last_day
        following = next_weekly(calendar, following.date)


def _time_of(calendar: Calendar, issue: IssueId) -> time:
    extra = _extra(calendar, issue)
    return extra.at if extra and extra.at else calendar.send.at


def _extra(calendar: Calendar, issue: IssueId) -> ExtraIssue | None:
    return next((one for one in calendar.extra if (one.date, one.slug) == (issue.date, issue.slug)), None)


def next_weekly(calendar: Calendar, after: date) -> IssueId:
    """The first weekly issue whose date is later than `after` and not skipped."""
    day = after + timedelta(days=1)
    day += timedelta(days=(calendar.send.day - day.weekday()) % 7)
    while day in calendar.skip:
        day += timedelta(days=7)
    return IssueId(day)


def belongs(calendar: Calendar, issue: IssueId) -> bool:
    """Whether the calendar knows this issue: a weekly date that is not skipped, or an extra issue."""
    weekly = not issue.slug and issue.date.weekday() == calendar.send.day and issue.date not in calendar.skip
    return weekly or _extra(calendar, issue) is not None


@lru_cache(maxsize=8)  # it walks through two years, and is asked at every reading
def troubles(calendar: Calendar, today: date) -> tuple[Trouble, ...]:
    """What cannot be kept: deadlines out of order, impossible times in the next 104 weeks, wrong dates."""
    found = [*_wrong_dates(calendar)]
    for at, extra in enumerate(calendar.extra):
        if extra.date >= today:  # what became of older ones is nobody's mistake any more
            found += _of_an_extra(calendar, at)
    issue = next_weekly(calendar, today - timedelta(days=1))
    disorder: dict[str, Trouble] = {}
    while issue.date < today + timedelta(weeks=WEEKS_AHEAD):
        moments = _moments(calendar, issue)
        found += _unnamed(calendar, issue, moments)
        disorder = {one.key: one for one in _disorder(calendar, issue, moments)} | disorder  # the first date of each
        issue = next_weekly(calendar, issue.date)
    return tuple(dict.fromkeys([*found, *disorder.values()]))


def _of_an_extra(calendar: Calendar, at: int) -> Iterator[Trouble]:
    """The troubles of an extra issue, at its own entry where its own time makes them."""
    issue = IssueId(calendar.extra[at].date, calendar.extra[at].slug)
    moments = _moments(calendar, issue)
    for one in _unnamed(calendar, issue, moments):
        yield _at_extra(one, at) if one.key == "send" else one
    for one in _disorder(calendar, issue, moments):
        yield _at_extra(one, at) if one.key == "approve_by" else one


def _at_extra(trouble: Trouble, at: int) -> Trouble:
    return replace(trouble, key="extra", entry=at, todo="give the extra issue another time with at:")


def _unnamed(calendar: Calendar, issue: IssueId, moments: _Moments) -> Iterator[Trouble]:
    """The wall times of an issue that cannot be named."""
    for key, (day, _) in moments.items():
        moment: Moment | Deadline = getattr(calendar, key)
        at = _time_of(calendar, issue) if key == "send" else moment.at
        try:
            instant(day, at, moment.zone)
        except ImpossibleTime as error:
            usual = 1 <= at.hour <= 3
            todo = "choose a time before 01:00 or after 04:00" if usual else "choose a time some hours earlier or later"
            yield Trouble(key, str(error), todo)


def _disorder(calendar: Calendar, issue: IssueId, moments: _Moments) -> Iterator[Trouble]:
    """The deadline of an issue that does not come before the next one, or before the issue of the week before."""
    due, approve_by, cut_off, opens = (moments[key][1] for key in ("send", "approve_by", "cut_off", "open"))
    late = {"approve_by": approve_by >= due, "cut_off": cut_off > approve_by, "open": opens >= cut_off}
    if key := next((key for key, wrong in late.items() if wrong), None):
        what = f"`{key}` of the issue of {issue} does not come before the deadline that follows it"
        yield Trouble(key, what, "write more days_before, or an earlier time")
        return
    there = ZoneInfo(calendar.send.zone)
    length = due.astimezone(there).replace(tzinfo=None) - opens.astimezone(there).replace(tzinfo=None)
    if length > timedelta(days=7) and not issue.slug:
        what = "the deadlines do not fit between two issues"
        yield Trouble("open", what, "put them in the order open, cut_off, approve_by, send within one week")


def _wrong_dates(calendar: Calendar) -> Iterable[Trouble]:
    for at, day in enumerate(calendar.skip):
        if day.weekday() != calendar.send.day:
            name = WEEKDAYS[day.weekday()].capitalize()
            sends = WEEKDAYS[calendar.send.day].capitalize()
            yield Trouble("skip", f"{day} is a {name}, and issues go out on {sends}s", f"write the {sends}'s date", at)
    for at, extra in enumerate(calendar.extra):
        if (extra.date, extra.slug) in [(one.date, one.slug) for one in calendar.extra[:at]]:
            what = f"the extra issue {extra.date}-{extra.slug} stands here a second time"
            yield Trouble("extra", what, "remove it, or give it another slug", at)


def in_cities(moment: datetime, cities: Iterable[City]) -> tuple[tuple[str, datetime], ...]:
    """The moment on the clock of each city: name and local time, in the order given."""
    return tuple((city.name, moment.astimezone(ZoneInfo(city.zone))) for city in cities)
