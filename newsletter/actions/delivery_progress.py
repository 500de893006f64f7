"""Delivery: how far the sending of an issue has come, who sees to it, and what became of the copies."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.actions.app import App, known_issue
from newsletter.actions.approved_edition import approved_edition
from newsletter.actions.mailing_of import mailing_of
from newsletter.actions.readers import readers_store
from newsletter.actions.show_receipt import Proof, show_receipt
from newsletter.actions.show_returned import Back
from newsletter.actions.start_sending import is_at_it, last_words
from newsletter.actions.way_out import way_words
from newsletter.model.approval import NotApproved, Standing
from newsletter.model.audit import Deed
from newsletter.model.errors import ContentError
from newsletter.model.issue import IssueId
from newsletter.model.job import Job, Run
from newsletter.model.mailing import DeliveryState, Mailing, Receipt
from newsletter.publication import calendar
from newsletter.publication.schedule import Schedule
from newsletter.store import audit, mailings, planning, receipts, returned, runs
from newsletter.store.deliveries import first_planned
from newsletter.store.engine import Store
from newsletter.store.planning import Audience
from newsletter.store.receipts import Came, Group

_FRESH = timedelta(minutes=3)  # the clock says twice a minute that it runs
_FINELY = timedelta(minutes=30)  # a mailing that took no longer is told by ten seconds
_LATELY = timedelta(minutes=5)
_MOST = 40  # groups of answers, and of what came back
_TOLD = (DeliveryState.REFUSED, DeliveryState.EXPIRED, DeliveryState.DEFERRED, DeliveryState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Copies:
    """The copies of a mailing, counted."""

    receipt: Receipt
    lately: tuple[Came, ...] = ()  # what came into its state in the last minutes, by ten seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """The sending of an issue at one moment."""

    issue: IssueId
    now: datetime
    due: datetime  # by the calendar; UTC
    mailing: Mailing | None  # None: nothing of it is planned
    receipt: Receipt | None  # of the mailing
    lately: tuple[Came, ...]  # see `Copies`
    at_it: bool  # a process that was begun from the desk is at it
    said: tuple[str, ...]  # the last lines of such a process, the mail server's words among them


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What there is to know of an issue whose first mail has not left."""

    approved: Standing | None
    hindrance: str | None  # why it is not approved, in words; None: it is
    audience: Audience
    way: str  # where messages go, in words
    clock: datetime | None  # UTC: when `newsletter run` last said that it runs; None: it does not
    is_off: bool  # schedule.yaml says that nothing is sent by itself
    run: Run | None  # of the job `send`, for this issue
    grace: timedelta  # so long after it is due it goes out by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Fates:
    """What became of the copies of a mailing, beyond the sums."""

    came: tuple[Came, ...]  # when each came into the state that it is in
    groups: tuple[Group, ...]  # refused, given up, deferred or unknown, by what the servers said
    back: tuple[Back, ...]  # what came back, the newest first
    deeds: tuple[Deed, ...]  # of the audit log, about this issue, the newest first


@dataclass(frozen=True, slots=True)
class After:
    """All that there is to say of the copies of a mailing."""

    proof: Proof
    fates: Fates


@dataclass(frozen=True, slots=True)
class Mark:
    """Another one as soon as there is something else to say of the copies of a mailing, but for readers who are erased.
    Of one that is on its way, as soon as a hundredth more of it has left."""

    mailing: Mailing
    returned: int  # the number of what came back last
    deeds: int  # and of the newest line about the issue in the audit log
    left: int  # in hundredths


def mark_of(app: App, issue: IssueId) -> Mark | None:
    """Told without reading the copies; None where there is no mailing. Raises `NotAtHome`."""
    with readers_store(app, "sending happens") as (store, _):
        mailing = mailings.find(store, issue)
        if mailing is None:
            return None
        back, deeds = returned.newest(store, 1, mailing.id), audit.newest_first(store, 1, issue=issue)
        with store.reading() as connection:
            planned = None if mailing.state.over else first_planned(connection, mailing.id)
        return Mark(
            mailing,
            returned=back[0][0].number if back else 0,
            deeds=deeds[0].number if deeds else 0,
            left=0 if planned is None else planned // max(1, mailing.total // 100),
        )


def count_copies(app: App, issue: IssueId) -> Copies:
    """How many copies are in which state, and how many came there lately. Raises `ConfigError` where the issue has no
    mailing, `NotAtHome`."""
    with readers_store(app, "sending happens") as (store, _):
        mailing = mailing_of(store, issue)
        since = app.clock() - _LATELY
        moves = mailing.began is not None and not mailing.state.over
        lately = receipts.changes_in_time(store, mailing.id, finely=True, since=since) if moves else ()
        return Copies(receipts.receipt(store, mailing.id), lately)


def look_after(app: App, issue: IssueId) -> After:
    """What became of the copies of its mailing. Raises `ConfigError` where it has none, `NotAtHome`."""
    return After(show_receipt(app, issue), look_at_fates(app, issue))


def look_at_sending(app: App, schedule: Schedule, issue: IssueId, copies: Copies | None) -> Sending:
    """How far the sending has come, its copies as they were counted; None: it has no mailing.

    No file of the publication is read: what is being sent are the bytes that were approved, and whoever looks after
    them sees it with any file broken. Raises `ConfigError` for an issue that there is not.
    """
    known_issue(app, issue)
    return Sending(
        issue=issue,
        now=app.clock(),
        due=calendar.week(schedule.calendar, issue).due,
        mailing=copies.receipt.mailing if copies else None,
        receipt=copies.receipt if copies else None,
        lately=copies.lately if copies else (),
        at_it=is_at_it(app, issue),
        said=last_words(app, issue),
    )


def look_before(app: App, schedule: Schedule, issue: IssueId, audience: Audience) -> Before:
    """What will be sent, by whom, to whom as they were just counted, and what stands in the way: mistakes in files as
    well. Raises `NotAtHome`."""
    approved, hindrance = None, None
    try:
        approved = approved_edition(app, issue).standing
    except NotApproved as error:
        hindrance = error.what  # beside it stands the way to the approval
    except ContentError as error:
        hindrance = str(error)
    with readers_store(app, "sending happens") as (store, _):
        run = runs.find(store, Job.SEND, str(issue))
    return Before(
        approved=approved,
        hindrance=hindrance,
        audience=audience,
        way=way_words(schedule),
        clock=clock_runs(app),
        is_off=Job.SEND.value in schedule.jobs.off,
        run=run,
        grace=timedelta(minutes=schedule.sending.grace_minutes),
    )


def count_audience(app: App) -> Audience:
    """Whom an issue would reach now. Raises `NotAtHome`."""
    with readers_store(app, "sending happens") as (store, _):
        return planning.audience(store, app.clock())


def mailing_so_far(app: App, issue: IssueId) -> Mailing | None:
    """Its mailing, where one is planned. Raises `NotAtHome`."""
    with readers_store(app, "sending happens") as (store, _):
        return mailings.find(store, issue)


def look_at_fates(app: App, issue: IssueId) -> Fates:
    """What became of the copies of its mailing. Raises `ConfigError` where it has none, `NotAtHome`."""
    known_issue(app, issue)
    with readers_store(app) as (store, _):
        mailing = mailing_of(store, issue)
        return Fates(
            came=receipts.changes_in_time(store, mailing.id, finely=_is_short(mailing, app.clock())),
            groups=receipts.answered_alike(store, mailing.id, _TOLD, _MOST),
            back=tuple(Back(fact, reader) for fact, reader in returned.newest(store, _MOST, mailing.id)),
            deeds=_deeds(store, issue),
        )


def clock_runs(app: App) -> datetime | None:
    """When `newsletter run` last said on this machine that it looks at what is due, UTC; None where it does not run,
    or has said nothing for minutes."""
    try:
        written = json.loads((app.root / "var" / "run.json").read_text("utf-8"))
        beat = datetime.fromisoformat(written["beat"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return beat if beat.tzinfo and app.clock() - beat <= _FRESH else None


def _deeds(store: Store, issue: IssueId) -> tuple[Deed, ...]:
    return tuple(entry.deed for entry in reversed(audit.entries(store, issue)))


def _is_short(mailing: Mailing, now: datetime) -> bool:
    return mailing.began is None or (mailing.ended or now) - mailing.began <= _FINELY
