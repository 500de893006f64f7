"""When each job is due: once a time, whatever the clocks do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.model.job import Job, Occasion
from newsletter.publication import calendar
from newsletter.publication import schedule as schedules
from newsletter.publication.folder import Folder
from newsletter.publication.running import Daily, Jobs, Weekly
from newsletter.publication.schedule import Calendar, Deadline, ExtraIssue, Moment, Schedule
from newsletter.publication.timetable import newest_occasion, next_occasion, occasions
from tests.conftest import ROOT, SOAK

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
WEEK, MINUTE, SECOND = timedelta(weeks=1), timedelta(minutes=1), timedelta(seconds=1)
NEW_YORK = "America/New_York"
CHANGES = 2_000 if SOAK else 400
LOOK = timedelta(weeks=3)  # no zone changes its clocks twice within that: a Moroccan Ramadan is longer


@cache
def sample() -> Schedule:
    """The schedule of the sample: Fridays at 08:00 in New York."""
    found, _, mistakes = schedules.read(Folder(ROOT))
    assert found is not None, mistakes
    return found


def with_calendar(**changes: Any) -> Schedule:
    return replace(sample(), calendar=replace(sample().calendar, **changes))


def with_jobs(**changes: Any) -> Schedule:
    return replace(sample(), jobs=Jobs(**changes))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


def of_week(job: Job, schedule: Schedule | None = None) -> list[Occasion]:
    """What a job has to do from one Monday to the next."""
    return list(occasions(schedule or sample(), job, NOW, NOW + WEEK))


# One issue


@pytest.mark.parametrize(
    ("job", "key", "due", "until"),
    [
        (Job.OPEN, "2026-12-04", utc(2026, 11, 27, 15), utc(2026, 12, 4, 13)),
        (Job.CUT_OFF, "2026-11-27", utc(2026, 11, 25, 10), utc(2026, 11, 26, 22)),
        (Job.APPROVAL, "2026-11-27", utc(2026, 11, 26, 22), utc(2026, 11, 27, 13)),
        (Job.SEND, "2026-11-27", utc(2026, 11, 27, 13), utc(2026, 11, 27, 14)),
    ],
)
def test_a_job_of_an_issue_is_due_at_its_deadline(job: Job, key: str, due: datetime, until: datetime) -> None:
    """Its key is the issue's name; too late is when the next deadline has come, or the time of grace is over."""
    (one,) = of_week(job)
    assert (one.job, one.key, one.due, one.until) == (job, key, due, until)
    assert str(one.issue) == key


def test_reminders_come_before_the_deadline_they_speak_of() -> None:
    """24 and 4 hours before cut-off and approval; none of them once the deadline has passed."""
    told = [(one.key, one.due, one.until) for one in of_week(Job.REMIND)]
    cut_off, approval = utc(2026, 11, 25, 10), utc(2026, 11, 26, 22)
    assert told == [
        ("2026-11-27 cut-off-24h", cut_off - timedelta(hours=24), cut_off),
        ("2026-11-27 cut-off-4h", cut_off - timedelta(hours=4), cut_off),
        ("2026-11-27 approval-24h", approval - timedelta(hours=24), approval),
        ("2026-11-27 approval-4h", approval - timedelta(hours=4), approval),
    ]


def test_hours_that_stand_there_twice_remind_once() -> None:
    """Two occasions of one key would be one run, and one of them an error."""
    assert len(of_week(Job.REMIND, with_jobs(remind_hours=(4, 4)))) == 2
    assert [one.key for one in of_week(Job.LINKS, with_jobs(links_hours=(3, 3)))] == ["2026-11-27 3h"]


def test_links_are_asked_for_before_the_issue_goes_out() -> None:
    """12 hours before, and one."""
    due = utc(2026, 11, 27, 13)
    told = [(one.key, one.due, one.until) for one in of_week(Job.LINKS)]
    assert told == [
        ("2026-11-27 12h", due - timedelta(hours=12), due),
        ("2026-11-27 1h", due - timedelta(hours=1), due),
    ]


def test_a_cut_off_that_is_the_approval_deadline_is_not_too_late_at_once() -> None:
    """Both deadlines may be one; then there is time until the issue is due."""
    both = Deadline(day=3, at=time(17), zone=NEW_YORK)
    (one,) = of_week(Job.CUT_OFF, with_calendar(cut_off=both, approve_by=both))
    assert (one.due, one.until) == (utc(2026, 11, 26, 22), utc(2026, 11, 27, 13))


def test_a_skipped_week_has_no_jobs_and_an_extra_issue_has_its_own() -> None:
    """Nothing is opened, asked for or sent for the first; all of it for the second."""
    extra = ExtraIssue(date=date(2026, 12, 1), slug="summit", at=time(9))
    schedule = with_calendar(skip=(date(2026, 12, 4),), extra=(extra,))
    span = (NOW, NOW + 3 * WEEK)
    for job in (Job.OPEN, Job.REMIND, Job.CUT_OFF, Job.APPROVAL, Job.LINKS, Job.SEND):
        issues = {str(one.issue) for one in occasions(schedule, job, *span)}
        assert "2026-12-04" not in issues
        assert "2026-12-01-summit" in issues or job is Job.OPEN  # it was open from 20 November on
    assert utc(2026, 12, 1, 14) in [one.due for one in occasions(schedule, Job.SEND, *span)]


# The clock


@pytest.mark.parametrize(
    ("job", "minutes", "key"),
    [
        (Job.GATHER, 60, "2026-11-23T09:00Z"),
        (Job.BOUNCES, 15, "2026-11-23T08:15Z"),
        (Job.ARCHIVE, 60, "2026-11-23T09:00Z"),
    ],
)
def test_what_is_done_all_the_time_lies_on_one_grid(job: Job, minutes: int, key: str) -> None:
    """Minutes since 1970: whenever the program starts, the instants are the same; none of them is ever too late."""
    found = occasions(sample(), job, NOW, NOW + timedelta(hours=6))
    assert (found[0].key, found[0].until, len(found)) == (key, None, 360 // minutes)
    assert {later.due - sooner.due for sooner, later in pairwise(found)} == {timedelta(minutes=minutes)}
    assert occasions(sample(), job, NOW + 7 * SECOND, NOW + timedelta(hours=6)) == found


def test_a_daily_job_is_due_once_a_day_across_both_clock_changes() -> None:
    """At its wall time; its key says the day, the time and the zone."""
    found = occasions(sample(), Job.TIDY, utc(2026, 10, 1), utc(2027, 4, 1))
    local = [one.due.astimezone(ZoneInfo(NEW_YORK)) for one in found]
    assert {f"{one:%H:%M}" for one in local} == {"04:10"}
    days = [one.date() for one in local]
    assert days == [days[0] + timedelta(days=n) for n in range(182)]
    assert found[0].key == "2026-10-01 04:10 America/New_York"
    assert len({one.key for one in found}) == len(found)


def test_a_weekly_job_is_due_on_its_day_in_its_own_zone() -> None:
    """The report, on Mondays in Hong Kong."""
    (one,) = of_week(Job.REPORT, with_jobs(report=Weekly(day=0, at=time(9), zone="Asia/Hong_Kong")))
    assert (one.key, one.due) == ("2026-11-30 09:00 Asia/Hong_Kong", utc(2026, 11, 30, 1))


@pytest.mark.parametrize(
    ("day", "at", "due"),
    [(date(2027, 3, 14), time(2, 30), utc(2027, 3, 14, 7)), (date(2026, 11, 1), time(1, 30), utc(2026, 11, 1, 5, 30))],
    ids=["skipped by the clocks", "comes twice"],
)
def test_a_daily_job_in_the_hour_of_the_change_still_runs_once(day: date, at: time, due: datetime) -> None:
    """At the first instant after the gap, or at the first of the two; its key is the time that was written."""
    found = occasions(with_jobs(backup=Daily(at=at)), Job.BACKUP, due - timedelta(hours=36), due + timedelta(hours=36))
    assert [one.due for one in found if one.key.startswith(str(day))] == [due]
    assert len(found) == 3


def test_a_job_that_is_off_has_nothing_to_do() -> None:
    """Nor has it a next time."""
    schedule = with_jobs(off=("tidy", "send"))
    assert of_week(Job.TIDY, schedule) == of_week(Job.SEND, schedule) == []
    assert next_occasion(schedule, Job.SEND, NOW) is None
    assert of_week(Job.BACKUP, schedule)


# Any job, any time


@given(st.sampled_from(Job), st.integers(0, 60 * 24 * 400), st.integers(1, 60 * 24 * 12), st.integers(0, 100))
def test_looking_in_parts_finds_the_same_as_looking_at_once(job: Job, start: int, length: int, part: int) -> None:
    """However often a clock looks, and whenever: nothing twice, nothing missed, in order."""
    after, until = NOW + start * MINUTE, NOW + (start + length) * MINUTE
    between = after + (until - after) * part / 100
    whole = occasions(sample(), job, after, until)
    assert occasions(sample(), job, after, between) + occasions(sample(), job, between, until) == whole
    assert all(after < one.due <= until for one in whole)
    assert [one.due for one in whole] == sorted(one.due for one in whole)
    assert len({one.key for one in whole}) == len(whole)


@given(st.sampled_from(Job), st.integers(0, 60 * 24 * 400))
def test_the_next_and_the_newest_occasion_are_those_of_the_list(job: Job, start: int) -> None:
    """They are only found more quickly."""
    after = NOW + start * MINUTE
    upcoming = occasions(sample(), job, after, after + 4 * WEEK)
    assert next_occasion(sample(), job, after) == upcoming[0]
    assert newest_occasion(sample(), job, after, after + 4 * WEEK) == upcoming[-1]


def test_nothing_is_due_between_an_instant_and_itself() -> None:
    """Nor backwards, where a clock was set back."""
    for job in Job:
        assert occasions(sample(), job, NOW, NOW) == occasions(sample(), job, NOW, NOW - WEEK) == ()
        assert newest_occasion(sample(), job, NOW, NOW - WEEK) is None


def test_a_calendar_whose_next_two_years_are_skipped_has_no_next_issue() -> None:
    """It does not search for ever."""
    fridays = tuple(date(2026, 11, 20) + n * WEEK for n in range(120))
    assert next_occasion(with_calendar(skip=fridays), Job.SEND, NOW) is None


# The clock changes of the zone database


@dataclass(frozen=True, slots=True)
class Change:
    """Clocks that are changed somewhere."""

    zone: str
    at: datetime  # the first instant at which they are others, UTC
    before: timedelta  # offsets
    after: timedelta

    @property
    def shift(self) -> timedelta:
        return self.after - self.before

    def walls(self) -> Iterator[datetime]:
        """Wall times at, in and around the hour that is skipped or comes twice; and one in the morning."""
        first, last = sorted((self.at.replace(tzinfo=None) + self.before, self.at.replace(tzinfo=None) + self.after))
        yield from (first - MINUTE, first, first + (last - first) / 2, last - MINUTE, last)
        yield datetime.combine(first.date(), time(8))


def changes() -> Iterator[Change]:
    """Every change of 2024 to 2030 in every zone of a place: the database's own order, no chance in it."""
    for name in sorted(available_timezones()):
        if "/" not in name or name.startswith(("Etc/", "posix/", "right/")):
            continue
        looks = [utc(2024, 1, 1) + n * LOOK for n in range(122)]  # until the end of 2030
        offsets = [look.astimezone(ZoneInfo(name)).utcoffset() for look in looks]
        for (start, before), (end, after) in pairwise(zip(looks, offsets, strict=True)):
            if before is not None and after is not None and before != after:
                yield Change(name, calendar.clock_change(start, end, name), before, after)


@cache
def chosen() -> tuple[Change, ...]:
    """So many of them, from all zones and years alike."""
    found = list(changes())
    assert len(found) > CHANGES
    return tuple(found[at * len(found) // CHANGES] for at in range(CHANGES))


def sending(wall: datetime, zone: str) -> Schedule:
    """An issue every week at this day and time, approved by noon of the day before."""
    noon = Deadline(days_before=1, at=time(12), zone=zone)
    send = Moment(day=wall.weekday(), at=wall.time(), zone=zone)
    plan = Calendar(send=send, approve_by=noon, cut_off=noon, open=noon)
    return replace(sample(), calendar=plan)


def test_four_hundred_clock_changes_have_one_sending_a_week_each() -> None:
    """2024 to 2030, at six wall times around each: one issue for the week before, of, and after the change.

    At its wall time where that exists once. Where it does not exist, or twice, it is refused with its date when the
    schedule is read; and should a zone change its rules after that, it goes out at the first instant after the gap, or
    at the first of the two.
    """
    kinds = set()
    for change in chosen():
        for wall in change.walls():
            schedule = sending(wall, change.zone)
            found = occasions(schedule, Job.SEND, change.at - timedelta(days=11), change.at + timedelta(days=11))
            near = [one for one in found if one.issue and abs(one.issue.date - wall.date()) <= timedelta(days=7)]
            assert [one.key for one in near] == [str(wall.date() + n * WEEK) for n in (-1, 0, 1)], (change, wall)
            kinds.add(_kept(change, wall, near[1].due))
    assert kinds == {"once", "skipped", "twice"}


def _kept(change: Change, wall: datetime, due: datetime) -> str:
    """What became of a wall time on the day of a change, held against the definition of UTC offsets alone."""
    first, second = (wall - offset for offset in (change.before, change.after))
    instants = [one for one, there in ((first, first < _naive(change)), (second, second >= _naive(change))) if there]
    if len(instants) == 1:
        assert due == instants[0].replace(tzinfo=UTC), (change, wall)
        assert calendar.instant(wall.date(), wall.time(), change.zone) == due
        return "once"
    assert due == (instants[0].replace(tzinfo=UTC) if instants else change.at), (change, wall)
    with pytest.raises(calendar.ImpossibleTime, match=str(wall.date())):
        calendar.instant(wall.date(), wall.time(), change.zone)
    return "twice" if instants else "skipped"


def _naive(change: Change) -> datetime:
    return change.at.replace(tzinfo=None)


def test_each_of_them_is_refused_with_its_date_when_the_schedule_is_read() -> None:
    """A wall time in the middle of every tenth change: told by the calendar's check, under `send`."""
    for change in chosen()[::10]:
        wall = list(change.walls())[2]
        told = calendar.troubles(sending(wall, change.zone).calendar, wall.date() - timedelta(days=60))
        why = "does not exist" if change.shift > timedelta(0) else "exists twice"
        assert any(
            one.key == "send" and f"{wall:%H:%M} on {wall:%Y-%m-%d} {why} in {change.zone}" in one.what for one in told
        ), (change, told)
