"""Report: the week in figures, and what comes next."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.actions.app import App
from newsletter.actions.home import home_store
from newsletter.actions.issue_waits import Waits, issue_waits
from newsletter.actions.list_sources import SourceReport, list_sources
from newsletter.actions.way_out import read_schedule
from newsletter.gather.health import Mood
from newsletter.model.errors import ContentError
from newsletter.model.issue import IssueId
from newsletter.model.job import Job, Run, RunState
from newsletter.model.mailing import Receipt
from newsletter.model.returned import Nature
from newsletter.publication import calendar
from newsletter.publication.folder import is_sent
from newsletter.publication.schedule import Schedule
from newsletter.publication.sent import read_sent
from newsletter.publication.timetable import issues_between
from newsletter.store import notices, planning, receipts, runs, weekly
from newsletter.store.engine import Store
from newsletter.store.planning import Audience
from newsletter.store.weekly import ReaderFigures

A_WEEK = timedelta(days=7)
LONGEST = timedelta(days=35)  # after a longer silence a report tells of the last days alone
_COMING = 2  # issues
_AHEAD = timedelta(days=60)
_WORTH_A_LOOK = (Mood.FAILING, Mood.GONE, Mood.QUIET)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mailing, and the subject of what it brought; "" where its sent/ cannot tell."""

    receipt: Receipt
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyReport:
    """What happened between two moments, and what comes."""

    schedule: Schedule
    since: datetime  # UTC
    until: datetime  # UTC; `now`
    sent: tuple[Outgoing, ...]  # the oldest first, those that came to nothing among them
    back: tuple[tuple[Nature, int], ...]  # what came back in this time, of whatever issue
    readers: ReaderFigures
    audience: Audience  # at `until`
    answers: tuple[tuple[IssueId, str, int], ...]  # issue, question, how many came
    sources: tuple[SourceReport, ...]  # that want an eye
    troubles: tuple[Run, ...]  # jobs that failed or were missed
    unsent: int  # mails of our own that could not be sent, or not while they were of use
    coming: tuple[Waits, ...]  # the next issues, in order
    skipped: tuple[IssueId, ...]  # weeks without one before the last of them
    mistakes: bool  # the publication's files hold mistakes, so that nothing is known of its sources


def last_report(app: App, occasion_key: str = "") -> datetime:
    """From when on the next report tells: since the last one that was made, else for a week; at most five weeks."""
    now = app.clock()
    with home_store(app, "reports are made") as store:
        found = runs.newest(store, Job.REPORT, (RunState.DONE,))
    if found is None or found.key == occasion_key or not now - LONGEST <= found.began < now:
        return now - A_WEEK
    return found.began


def weekly_report(app: App, since: datetime) -> WeeklyReport:
    """All that a report tells. Changes nothing. Raises `NotAtHome`, `ContentError` for schedule.yaml, `StoreError`."""
    schedule, now = read_schedule(app), app.clock()
    sources = _sources(app)
    coming = _coming(schedule, now)
    with home_store(app, "reports are made") as store:
        return WeeklyReport(
            schedule=schedule,
            since=since,
            until=now,
            sent=_sent(app, store, since, now),
            back=weekly.came_back_between(store, since, now),
            readers=weekly.readers_between(store, since, now),
            audience=planning.audience(store, now),
            answers=weekly.answers_between(store, since, now),
            sources=tuple(one for one in sources or () if one.health.mood in _WORTH_A_LOOK),
            troubles=_troubles(store, since, now),
            unsent=notices.unsent(store, since),
            coming=tuple(issue_waits(app, issue) for issue in coming),
            skipped=_skipped(schedule, now, coming),
            mistakes=sources is None,
        )


def _sent(app: App, store: Store, since: datetime, until: datetime) -> tuple[Outgoing, ...]:
    found = [receipts.receipt(store, one.id) for one in weekly.mailings_between(store, since, until)]
    return tuple(Outgoing(one, _subject(app, one.mailing.issue)) for one in found)


def _subject(app: App, issue: IssueId) -> str:
    with suppress(ContentError):
        if is_sent(app.root, issue):
            return str(read_sent(app.root, issue)[-1].meta.get("subject") or "")
    return ""


def _troubles(store: Store, since: datetime, until: datetime) -> tuple[Run, ...]:
    states = (RunState.FAILED, RunState.MISSED)
    return tuple(one for one in runs.since(store, since) if one.state in states and one.due < until)


def _sources(app: App) -> tuple[SourceReport, ...] | None:
    """How the sources are doing; None where the publication's files cannot be read as they are."""
    try:
        return list_sources(app)
    except ContentError:
        return None


def _coming(schedule: Schedule, now: datetime) -> tuple[IssueId, ...]:
    today = now.date() - timedelta(days=1)  # it is tomorrow already somewhere
    weeks = [calendar.week(schedule.calendar, one) for one in issues_between(schedule.calendar, today, today + _AHEAD)]
    return tuple(one.issue for one in weeks if one.due > now)[:_COMING]


def _skipped(schedule: Schedule, now: datetime, coming: tuple[IssueId, ...]) -> tuple[IssueId, ...]:
    last = max((one.date for one in coming), default=now.date())
    return tuple(IssueId(day) for day in sorted(schedule.calendar.skip) if now.date() <= day <= last)
