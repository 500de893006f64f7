"""When each job is due: pure. The week of each issue, wall times of days and weeks, and a grid of minutes in UTC.

Each job has one occasion a time, whatever the clocks do: a wall time that does not exist is kept at the first instant
after the gap, one that comes twice at the first of the two, and its key stays the wall time that was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from newsletter.model.issue import IssueId, Week
from newsletter.model.job import Job, Occasion
from newsletter.publication import calendar
from newsletter.publication.running import Daily, Weekly
from newsletter.publication.schedule import Calendar, Schedule

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SIDE = timedelta(days=2)  # an issue's date, and the instant at which it is due, are no further apart
_AHEAD = {Job.SEND: timedelta(0), Job.LINKS: timedelta(hours=96)}  # how long before it is due; the others below
_WRITING = timedelta(days=28)  # no issue is open longer; its reminders come later than that
_LOOKS = (timedelta(days=9), timedelta(days=90), timedelta(weeks=calendar.WEEKS_AHEAD))  # how far for what is next


def occasions(schedule: Schedule, job: Job, after: datetime, until: datetime) -> tuple[Occasion, ...]:
    """Every occasion of a job that is due after the one instant and not after the other, in order.

    A job that is named under `off` has none.
    """
    if job.value in schedule.jobs.off or until <= after:
        return ()
    found = [one for one in _around(schedule, job, after, until) if after < one.due <= until]
    return tuple(sorted(found, key=lambda one: (one.due, one.key)))


def next_occasion(schedule: Schedule, job: Job, after: datetime) -> Occasion | None:
    """The first occasion due after an instant; None for a job that is off, and where 104 weeks hold none."""
    if minutes := every_minutes(schedule, job):
        return next(iter(occasions(schedule, job, after, after + timedelta(minutes=minutes))), None)
    found = (occasions(schedule, job, after, after + look) for look in _LOOKS)
    return next((some[0] for some in found if some), None)


def newest_occasion(schedule: Schedule, job: Job, after: datetime, until: datetime) -> Occasion | None:
    """The last of the `occasions`, without making the others where a job is due every few minutes: a year of them."""
    if minutes := every_minutes(schedule, job):
        after = max(after, until - timedelta(minutes=minutes))
    return next(reversed(occasions(schedule, job, after, until)), None)


def every_minutes(schedule: Schedule, job: Job) -> int | None:
    """How many minutes lie between two occasions of a job that is due all the time; None for the others."""
    jobs = schedule.jobs
    often = {Job.GATHER: jobs.gather_minutes, Job.BOUNCES: jobs.bounces_minutes, Job.ARCHIVE: jobs.archive_minutes}
    return often.get(job)


def issues_between(calendar_: Calendar, first: date, last: date) -> tuple[IssueId, ...]:
    """The issues dated from one day to another, weekly ones that are not skipped and extra ones, in order."""
    found = [IssueId(one.date, one.slug) for one in calendar_.extra if first <= one.date <= last]
    issue = calendar.next_weekly(calendar_, first - timedelta(days=1))
    while issue.date <= last:
        found.append(issue)
        issue = calendar.next_weekly(calendar_, issue.date)
    return tuple(sorted(set(found)))


def _around(schedule: Schedule, job: Job, after: datetime, until: datetime) -> Iterator[Occasion]:
    """All occasions between two instants, and some outside."""
    if minutes := every_minutes(schedule, job):
        return _grid(job, minutes, after, until)
    if at := _wall_time(schedule, job):
        return _by_the_clock(job, at, schedule.calendar.send.zone, after, until)
    return _of_issues(schedule, job, after, until)


def _wall_time(schedule: Schedule, job: Job) -> Daily | Weekly | None:
    jobs = schedule.jobs
    times: dict[Job, Daily | Weekly] = {Job.TIDY: jobs.tidy, Job.BACKUP: jobs.backup, Job.REPORT: jobs.report}
    return times.get(job)


def _grid(job: Job, minutes: int, after: datetime, until: datetime) -> Iterator[Occasion]:
    """Every so many minutes since 1970: the same instants whenever the program was started."""
    step = timedelta(minutes=minutes)
    due = EPOCH + ((after - EPOCH) // step + 1) * step
    while due <= until:
        yield Occasion(job=job, key=f"{due:%Y-%m-%dT%H:%MZ}", due=due)
        due += step


def _by_the_clock(job: Job, at: Daily | Weekly, zone: str, after: datetime, until: datetime) -> Iterator[Occasion]:
    """One for each date, or each such weekday, on the clock of a zone."""
    zone = at.zone or zone
    day = after.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    last = until.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    while day <= last:
        if isinstance(at, Daily) or day.weekday() == at.day:
            due = calendar.kept(day, at.at, zone)
            yield Occasion(job=job, key=f"{day} {at.at:%H:%M} {zone}", due=due)
        day += timedelta(days=1)


def _of_issues(schedule: Schedule, job: Job, after: datetime, until: datetime) -> Iterator[Occasion]:
    last = until + _AHEAD.get(job, _WRITING) + _SIDE
    for issue in issues_between(schedule.calendar, (after - _SIDE).date(), last.date()):
        for behind, due, too_late in _moments(schedule, job, calendar.week(schedule.calendar, issue)):
            yield Occasion(job=job, key=f"{issue}{behind}", due=due, until=too_late, issue=issue)


def _moments(schedule: Schedule, job: Job, week: Week) -> Iterator[tuple[str, datetime, datetime]]:
    """What stands in the key behind the issue's name, when it is due, and from when on it is too late."""
    match job:
        case Job.OPEN:
            yield "", week.open, week.due
        case Job.REMIND:
            for name, deadline in (("cut-off", week.cut_off), ("approval", week.approve_by)):
                for hours in sorted(set(schedule.jobs.remind_hours)):
                    yield f" {name}-{hours}h", deadline - timedelta(hours=hours), deadline
        case Job.CUT_OFF:  # both deadlines may be one
            yield "", week.cut_off, week.approve_by if week.cut_off < week.approve_by else week.due
        case Job.APPROVAL:
            yield "", week.approve_by, week.due
        case Job.LINKS:
            for hours in sorted(set(schedule.jobs.links_hours)):
                yield f" {hours}h", week.due - timedelta(hours=hours), week.due
        case Job.SEND:
            yield "", week.due, week.due + timedelta(minutes=schedule.sending.grace_minutes)
