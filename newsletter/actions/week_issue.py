"""Which issue the team stands at: the one that is made, or the one that has just gone out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.actions.app import App
from newsletter.actions.issue_heading import issue_heading
from newsletter.model.issue import IssueId, Week
from newsletter.model.mailing import Mailing, MailingState
from newsletter.publication import calendar
from newsletter.publication.folder import is_sent, issue_folder, issue_ids
from newsletter.publication.schedule import Schedule
from newsletter.publication.timetable import issues_between
from newsletter.store import mailings
from newsletter.store.engine import Store

_BEHIND, _AHEAD = timedelta(days=8), timedelta(days=60)
_UNDER_WAY = (MailingState.PLANNING, MailingState.READY, MailingState.SENDING)
_LAST = 5  # issues whose numbers are looked at for the next one's


@dataclass(frozen=True, slots=True, kw_only=True)
class AtIssue:
    """An issue, and how far it is as its folder and its mailing say."""

    week: Week
    is_open: bool  # its folder is there
    is_sent: bool
    mailing: Mailing | None  # None before it is planned, and away from home
    number: int | None  # as issue.md says; before it is open the one it will get; None where nobody can tell

    @property
    def issue(self) -> IssueId:
        return self.week.issue


@dataclass(frozen=True, slots=True)
class AtWeek:
    """Where the team stands."""

    current: AtIssue | None  # what everybody looks at; None where the calendar knows no issue for two months
    coming: AtIssue | None  # the next that is due: the same one, but for the time in which the last still is current


def week_issue(app: App, store: Store | None, schedule: Schedule, now: datetime) -> AtWeek:
    """The issue of now: the next that is due, but for the time in which the last one still is what everybody looks at,
    until the next one opens."""
    around = issues_between(schedule.calendar, (now - _BEHIND).date(), (now + _AHEAD).date())
    weeks = [calendar.week(schedule.calendar, one) for one in around]
    past = [week for week in weeks if week.due <= now]
    coming = next((_at(app, store, week) for week in weeks if week.due > now), None)
    if past:
        before = _at(app, store, past[-1])
        if _still(before, coming, now):
            return AtWeek(before, coming)
    return AtWeek(coming, coming)


def _still(before: AtIssue, coming: AtIssue | None, now: datetime) -> bool:
    """Whether the issue that was due last is the one to look at."""
    if before.mailing is not None and before.mailing.state in _UNDER_WAY:
        return True
    return before.is_open and (coming is None or now < coming.week.open)


def _at(app: App, store: Store | None, week: Week) -> AtIssue:
    there = issue_folder(app.root, week.issue).is_dir()
    return AtIssue(
        week=week,
        is_open=there,
        is_sent=is_sent(app.root, week.issue),
        mailing=mailings.find(store, week.issue) if store else None,
        number=issue_heading(app.root, week.issue).number if there else _next_number(app),
    )


def _next_number(app: App) -> int | None:
    """One above the highest of the last issues; `open` looks at all."""
    last = (issue_heading(app.root, issue).number for issue in issue_ids(app.root)[-_LAST:])
    return max((number for number in last if number is not None), default=0) + 1
