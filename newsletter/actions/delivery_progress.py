"""Delivery: how far the sending of an issue has come, who sees to it, and what became of the copies."""

from __future__ import annotations

import json
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.actions.app import App, known_issue
from newsletter.actions.approved_edition import approved_edition
from newsletter.actions.mailing_of import mailing_of
from newsletter.actions.readers import readers_store
from newsletter.actions.show_receipt import Proof, show_receipt
from newsletter.actions.show_returned import Back
from newsletter.actions.start_sending import is_at_it, last_words
from newsletter.actions.way_out import read_schedule, way_words
from newsletter.model.approval import NotApproved, Standing
from newsletter.model.audit import Deed
from newsletter.model.errors import ContentError
from newsletter.model.issue import IssueId
from newsletter.model.job import Job, Run
from newsletter.model.mailing import DeliveryState, Mailing, Receipt
from newsletter.publication import calendar
from newsletter.store import audit, mailings, planning, receipts, returned, runs
from newsletter.store.engine import Store
from newsletter.store.planning import Audience
from newsletter.store.receipts import Came, Group

_FRESH = timedelta(minutes=3)  # the clock says twice a minute that it runs
_FINELY = timedelta(minutes=30)  # a mailing that took no longer is told by ten seconds
_LATELY = timedelta(minutes=5)
_MOST = 40  # groups of answers, and of what came back
_TOLD = (DeliveryState.REFUSED, DeliveryState.EXPIRED, DeliveryState.DEFERRED, DeliveryState.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """The sending of an issue at one moment."""

    issue: IssueId
    now: datetime
    due: datetime  # by the calendar; UTC
    mailing: Mailing | None  # None: nothing of it is planned
    receipt: Receipt | None  # of the mailing
    lately: tuple[Came, ...]  # what came into its state in the last minutes, by ten seconds
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


def mark_of_end(app: App, issue: IssueId) -> Hashable | None:
    """For a mailing that is over, what is another one as soon as there is something else to say of its copies, but for
    readers who are erased; None where it may still move, or there is none. Raises `NotAtHome`."""
    with readers_store(app, "sending happens") as (store, _):
        mailing = mailings.find(store, issue)
        if mailing is None or not mailing.state.over:
            return None
        newest = returned.newest(store, 1, mailing.id)
        return mailing.id, mailing.state, mailing.digest, newest[0][0].number if newest else 0


def look_after(app: App, issue: IssueId) -> After:
    """What became of the copies of its mailing. Raises `ConfigError` where it has none, `NotAtHome`."""
    return After(show_receipt(app, issue), look_at_fates(app, issue))


def look_at_sending(app: App, issue: IssueId, known: Receipt | None = None) -> Sending:
    """How far the sending has come. `known`: the receipt, where it need not be counted again. Raises `ConfigError` for
    an issue that there is not, `NotAtHome`, `ContentError` for schedule.yaml."""
    known_issue(app, issue)
    schedule, now = read_schedule(app), app.clock()
    with readers_store(app, "sending happens") as (store, _):
        mailing = mailings.find(store, issue)
        receipt = known if known or mailing is None else receipts.receipt(store, mailing.id)
        moves = mailing is not None and mailing.began is not None and not mailing.state.over
        since = now - _LATELY
        lately = receipts.changes_in_time(store, mailing.id, finely=True, since=since) if mailing and moves else ()
    return Sending(
        issue=issue,
        now=now,
        due=calendar.week(schedule.calendar, issue).due,
        mailing=receipt.mailing if receipt else None,
        receipt=receipt,
        lately=lately,
        at_it=is_at_it(app, issue),
        said=last_words(app, issue),
    )


def look_before(app: App, issue: IssueId) -> Before:
    """What will be sent, by whom, and what stands in the way. Raises as `look_at_sending`."""
    schedule, now = read_schedule(app), app.clock()
    approved, hindrance = None, None
    try:
        approved = approved_edition(app, issue).standing
    except NotApproved as error:
        hindrance = f"{error.what}; {error.todo}"
    except ContentError as error:
        hindrance = str(error)
    with readers_store(app, "sending happens") as (store, _):
        audience, run = planning.audience(store, now), runs.find(store, Job.SEND, str(issue))
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


def look_at_readers(app: App, issue: IssueId) -> tuple[Audience, Mailing | None]:
    """Whom the issue would reach now, and its mailing, where one is planned. Raises `NotAtHome`."""
    with readers_store(app, "sending happens") as (store, _):
        return planning.audience(store, app.clock()), mailings.find(store, issue)


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
