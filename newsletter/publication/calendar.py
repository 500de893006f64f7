"""From the week in words to instants: pure. UTC is computed here and nowhere else.

A wall time that a clock change skips, or that comes twice, is refused with its date: no mail is due at a time that
cannot be named. Source of the rules: the IANA zone database, through `zoneinfo`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from newsletter.model.errors import ConfigError
from newsletter.model.issue import IssueId, Week
from newsletter.model.shape import WEEKDAYS
from newsletter.publication.schedule import Calendar, City, ExtraIssue, Moment

WEEKS_AHEAD = 104  # how far a schedule is checked
_KEYS = ("open", "cut_off", "approve_by", "send")


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
    wall = datetime.combine(day, at)
    first, second = (wall.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    back = first.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    raise ImpossibleTime(wall, zone, twice=back == wall)


def last_before(moment: Moment, limit: datetime) -> datetime:
    """The last such moment before an instant. Raises `ImpossibleTime`."""
    day = limit.astimezone(ZoneInfo(moment.zone)).date()
    day -= timedelta(days=(day.weekday() - moment.day) % 7)
    found = instant(day, moment.at, moment.zone)
    return found if found < limit else instant(day - timedelta(days=7), moment.at, moment.zone)


def week(calendar: Calendar, issue: IssueId) -> Week:
    """The instants of an issue. Raises `ImpossibleTime` when one of them cannot be named."""
    due = _due(calendar, issue)
    approve_by = last_before(calendar.approve_by, due)
    cut_off = last_before(calendar.cut_off, approve_by + timedelta(microseconds=1))
    opens = last_before(calendar.open, cut_off)
    following = next_weekly(calendar, issue.date)
    next_approve = last_before(calendar.approve_by, _due(calendar, following))
    next_cut_off = last_before(calendar.cut_off, next_approve + timedelta(microseconds=1))
    return Week(
        issue=issue,
        open=opens,
        cut_off=cut_off,
        approve_by=approve_by,
        due=due,
        next_issue=following.date,
        answers_by=next_cut_off.astimezone(ZoneInfo(calendar.send.zone)).date(),
    )


def _due(calendar: Calendar, issue: IssueId) -> datetime:
    extra = _extra(calendar, issue)
    at = extra.at if extra and extra.at else calendar.send.at
    return instant(issue.date, at, calendar.send.zone)


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
    issue = next_weekly(calendar, today - timedelta(days=1))
    ordered = True
    while issue.date < today + timedelta(weeks=WEEKS_AHEAD):
        try:
            this = week(calendar, issue)
        except ImpossibleTime as error:
            found.append(Trouble(_key_of(calendar, error), str(error), "choose a time before 01:00 or after 04:00"))
        else:
            ordered = ordered and this.due - this.open <= timedelta(days=7)
        issue = next_weekly(calendar, issue.date)
    if not ordered:
        what = "the deadlines do not fit between two issues"
        found.append(Trouble("open", what, "put them in the order open, cut_off, approve_by, send within one week"))
    return tuple(dict.fromkeys(found))


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
        try:
            instant(extra.date, extra.at or calendar.send.at, calendar.send.zone)
        except ImpossibleTime as error:
            yield Trouble("extra", str(error), "give the extra issue another time with at:", at)


def _key_of(calendar: Calendar, error: ImpossibleTime) -> str:
    """Which of the moments an impossible time belongs to."""
    moments = {key: getattr(calendar, key) for key in _KEYS}
    fits = (key for key, one in moments.items() if (one.day, one.at) == (error.wall.weekday(), error.wall.time()))
    return next(fits, "send")


def in_cities(moment: datetime, cities: Iterable[City]) -> tuple[tuple[str, datetime], ...]:
    """The moment on the clock of each city: name and local time, in the order given."""
    return tuple((city.name, moment.astimezone(ZoneInfo(city.zone))) for city in cities)
