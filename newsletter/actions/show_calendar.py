"""Calendar: the coming issues with their deadlines, how far each is, and what to look out for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from newsletter.actions.app import App
from newsletter.actions.approved_edition import approved_edition
from newsletter.actions.home import home_store
from newsletter.model.approval import NotApproved
from newsletter.model.issue import IssueId, Week
from newsletter.model.mailing import Mailing, MailingState
from newsletter.publication import calendar, holidays, lookahead
from newsletter.publication.folder import Folder, is_sent, issue_folder, issue_ids
from newsletter.publication.lookahead import Notice
from newsletter.publication.schedule import City, Schedule
from newsletter.publication.timetable import issues_between
from newsletter.store import mailings
from newsletter.store.editions import DamagedEdition
from newsletter.store.engine import Store


class Stand(Enum):
    """How far an issue is. The value is its name for people."""

    NOT_OPENED = "not opened yet"
    OPEN = "in preparation"
    APPROVED = "approved"
    MAILING = "mailing"  # its `mailing` says more
    SENT = "sent"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One issue of the calendar, or a week without."""

    issue: IssueId
    week: Week  # of a skipped one: as it would be
    stand: Stand
    mailing: Mailing | None = None  # None before it is planned, and away from home

    @property
    def deadlines(self) -> tuple[tuple[str, datetime], ...]:
        """Its instants with their names, in order."""
        one = self.week
        return (("open", one.open), ("cut-off", one.cut_off), ("approve by", one.approve_by), ("send", one.due))


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """The deadline that comes first."""

    name: str
    issue: IssueId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The weeks to come."""

    now: datetime
    cities: tuple[City, ...]
    planned: tuple[Planned, ...]  # by date
    next: Next | None  # None where no issue is planned
    notices: tuple[Notice, ...]
    at_home: bool  # False in a clone: what is approved and sent is told from the files alone


def show_calendar(app: App, schedule: Schedule, weeks: int = 6) -> Shown:
    """The issues of the next weeks, those of today included, by this schedule. Changes nothing. Raises `StoreError`."""
    now = app.clock()
    days_off, mistakes = holidays.read(Folder(app.root), schedule.cities)
    with ExitStack() as opened:
        store = opened.enter_context(home_store(app, "sending happens")) if app.is_home else None
        planned = tuple(_planned(app, store, schedule, issue) for issue in _issues(schedule, now, weeks))
    coming = tuple(one.week for one in planned if one.stand is not Stand.SKIPPED)
    today = now.astimezone(ZoneInfo(schedule.calendar.send.zone)).date()
    return Shown(
        now=now,
        cities=schedule.cities,
        planned=planned,
        next=_next(planned, now),
        notices=(
            *sorted([*_folders(app, schedule), *lookahead.notices(schedule, days_off, coming, now)]),
            *(Notice(today, f"{mistake}.") for mistake in mistakes),
        ),
        at_home=store is not None,
    )


def _issues(schedule: Schedule, now: datetime, weeks: int) -> tuple[IssueId, ...]:
    """Those of the calendar, and the skipped ones among them."""
    first = now.astimezone(ZoneInfo(schedule.calendar.send.zone)).date()
    last = first + timedelta(weeks=weeks)
    skipped = (IssueId(day) for day in schedule.calendar.skip if first <= day <= last)
    return tuple(sorted({*issues_between(schedule.calendar, first, last), *skipped}))


def _planned(app: App, store: Store | None, schedule: Schedule, issue: IssueId) -> Planned:
    mailing = mailings.find(store, issue) if store else None
    stand = _stand(app, schedule, issue, mailing)
    return Planned(issue=issue, week=calendar.week(schedule.calendar, issue), stand=stand, mailing=mailing)


def _stand(app: App, schedule: Schedule, issue: IssueId, mailing: Mailing | None) -> Stand:
    if mailing is not None and mailing.state not in (MailingState.PLANNING, MailingState.READY):
        return Stand.SENT if mailing.state is MailingState.SENT else Stand.MAILING
    if is_sent(app.root, issue) and mailing is None:
        return Stand.SENT
    if not calendar.belongs(schedule.calendar, issue):
        return Stand.SKIPPED
    if not issue_folder(app.root, issue).is_dir():
        return Stand.NOT_OPENED
    return Stand.APPROVED if _approved(app, issue) else Stand.OPEN


def _approved(app: App, issue: IssueId) -> bool:
    try:
        approved_edition(app, issue)
    except (NotApproved, DamagedEdition):
        return False
    return True


def _next(planned: tuple[Planned, ...], now: datetime) -> Next | None:
    ahead = (
        Next(name=name, issue=one.issue, at=at)
        for one in planned
        if one.stand not in (Stand.SKIPPED, Stand.SENT)
        for name, at in one.deadlines
        if at > now
    )
    return min(ahead, key=lambda one: one.at, default=None)


def _folders(app: App, schedule: Schedule) -> Iterator[Notice]:
    """Issues in preparation that will not go out by themselves, because the calendar does not know them."""
    for issue in issue_ids(app.root):
        if calendar.belongs(schedule.calendar, issue) or is_sent(app.root, issue):
            continue
        near = free_after(app, schedule, issue.date)
        why = (
            "is skipped, and"
            if issue.date in schedule.calendar.skip and not issue.slug
            else "is not in the calendar, and"
        )
        words = f"{issue} {why} content/issues/{issue} is there: it does not go out by itself."
        yield Notice(issue.date, f"{words} `newsletter move {issue} {near}` gives it a date that is free.")


def free_after(app: App, schedule: Schedule, day: date) -> IssueId:
    """The first weekly issue after a day that has no folder yet."""
    there = issue_ids(app.root)
    issue = calendar.next_weekly(schedule.calendar, day)
    while issue in there:
        issue = calendar.next_weekly(schedule.calendar, issue.date)
    return issue
