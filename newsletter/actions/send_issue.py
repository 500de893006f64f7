"""Send: an approved issue to everyone who subscribes, once. First its page is live, last the next issue is opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event

from newsletter.actions.app import App, known_issue
from newsletter.actions.approved_edition import approved_edition
from newsletter.actions.card_of import draw_ahead
from newsletter.actions.go_live import Onlooker, brought_up_to_date, go_live, patiently, publish_site, quiet
from newsletter.actions.installation import may_send
from newsletter.actions.mailing_of import NotNow
from newsletter.actions.open_issue import Opened
from newsletter.actions.public_addresses import Tell, Wait
from newsletter.actions.publish_issue import publish_issue, take_back
from newsletter.actions.readers import readers_store
from newsletter.actions.roll_over import roll_over
from newsletter.actions.run_mailing import Run, Watch, nobody, obey_cancel, run_mailing
from newsletter.actions.way_out import read_schedule, way_words
from newsletter.deliver.ledger import StopSign
from newsletter.deliver.spares import Spares
from newsletter.deliver.work import processes_for
from newsletter.model.approval import ApprovedEdition
from newsletter.model.audit import claimed
from newsletter.model.errors import NewsletterError
from newsletter.model.issue import IssueId
from newsletter.model.mailing import Mailing, MailingKind, MailingState, Receipt
from newsletter.model.subscriber import Mark
from newsletter.publication import calendar
from newsletter.publication.schedule import Schedule
from newsletter.publication.sent import sent_digests
from newsletter.store import editions, installation, mailings, planning, receipts
from newsletter.store.installation import Installation
from newsletter.store.owning import Owned, own
from newsletter.tokens import KeyRing


@dataclass(frozen=True, slots=True)
class Sent:
    """What a send came to."""

    receipt: Receipt
    early: bool  # it is not due yet: planned, and nothing has left
    opened: Opened | None  # the next issue, where this one's end opened it
    trouble: NewsletterError | OSError | None = (
        None  # what kept home and feeds from naming it; mails have left all the same
    )


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a send would do now."""

    approved: ApprovedEdition
    audience: planning.Audience
    due: datetime
    transport: str  # where messages would go, in words


class Missed(NotNow):
    """The issue was due too long ago for it to be sent without a person's word."""


def send_issue(
    app: App,
    issue: IssueId,
    who: str,
    *,
    login: str | None,
    at_once: bool = False,
    watch: Watch = nobody,
    stop: StopSign | None = None,
    tell: Tell = quiet,
    wait: Wait | None = None,
) -> Sent:
    """Sends the issue where it is due, and goes on where a sender was killed. Nothing that is not approved leaves.

    The order: sent/, page and pictures; `publish.command`; their public addresses answer; the first mail; home and
    feeds, and the command again; the next issue. Killed between any two of them, it goes on there. `tell` hears what
    is waited for, `wait` lets the time pass until the web is asked again.

    Before its time it is only planned, after `grace` it waits for a person: `at_once` sends it in both cases. Raises
    `NotApproved`, `NotThisInstallation`, `AlreadyHeld` while another sender runs, `NotNow` for a mailing that is
    paused, cancelled, sent or waits for a decision, `Missed`, `NotLive` and `PublishFailed` before the first mail,
    `ContentError`, `StoreError`.
    """
    known_issue(app, issue)
    schedule = read_schedule(app)
    by, stop = claimed(who, login), stop or Event()
    onlooker = Onlooker(stop, wait or patiently(stop), tell)
    with readers_store(app) as (store, ring):
        may_send(app, store)
        with own(store, app.root, app.clock()) as owned, Spares(owned.fileno) as spares:
            mailing = mailings.find(store, issue, MailingKind.ISSUE)
            if mailing is not None and (at_once or mailing.due <= app.clock()):  # while the gate looks, and the web
                spares.start(min(processes_for(mailing.total), schedule.sending.connections))
            if mailing is None or mailing.began is None:
                mailing, approved = _planned(app, owned, schedule, ring, issue, by, at_once)
                if mailing.due > app.clock():
                    draw_ahead(app, approved.edition)
                    return Sent(receipts.receipt(store, mailing.id), True, None)
                _into_sent(app, approved)
                if not go_live(app, store, schedule, mailing.id, approved.edition, onlooker):
                    return left_off(app, owned, schedule, mailing, stop)
                mailing = mailings.get(store, mailing.id)
            if mailing.state is MailingState.SENT:  # a crash may have kept it from what comes behind the last mail
                listed, opened = publish_site(app, store, schedule, stop), roll_over(app, who, by=by)
                if listed or opened:
                    return Sent(receipts.receipt(store, mailing.id), False, opened)
            _may_go_on(mailing)
            run = run_mailing(app, owned, ring, schedule, mailing, by, watch, stop, spares)
            receipt = receipts.receipt(store, mailing.id)
    return stopped(app, receipt, run, who, by)


def stopped(app: App, receipt: Receipt, run: Run, who: str, by: str) -> Sent:
    """What a run came to; where nothing of it is open any more, the next issue is opened: `who` and `by` as
    `roll_over`."""
    over = receipt.mailing.state in (MailingState.SENT, MailingState.UNRESOLVED)
    return Sent(receipt, False, roll_over(app, who, by=by) if over else None, run.trouble)


def left_off(app: App, owned: Owned, schedule: Schedule, mailing: Mailing, stop: StopSign) -> Sent:
    """What there is to say of a mailing whose page was waited for in vain, as somebody wanted something else."""
    obey_cancel(app, owned, mailing)
    trouble = brought_up_to_date(app, owned.store, schedule, stop)
    return Sent(receipts.receipt(owned.store, mailing.id), False, None, trouble)


def rehearse(app: App, issue: IssueId) -> Rehearsal:
    """What a send would do, without doing any of it. Raises as `send_issue`, but for what depends on the time."""
    known_issue(app, issue)
    schedule = read_schedule(app)
    with readers_store(app) as (store, _):
        may_send(app, store)
        approved = approved_edition(app, issue)
        audience = planning.audience(store, app.clock())
    return Rehearsal(approved, audience, calendar.week(schedule.calendar, issue).due, way_words(schedule))


def _planned(
    app: App, owned: Owned, schedule: Schedule, ring: KeyRing, issue: IssueId, by: str, at_once: bool
) -> tuple[Mailing, ApprovedEdition]:
    """The mailing, ready to begin, and what it brings: gate passed, rows planned."""
    approved = approved_edition(app, issue)
    store, now = owned.store, app.clock()
    due = now if at_once else calendar.week(schedule.calendar, issue).due
    expires = due + timedelta(hours=schedule.sending.resume_hours)
    mailing = mailings.find(store, issue, MailingKind.ISSUE)
    if mailing is None:
        with store.writing_alone() as connection:
            editions.keep(store, connection, approved.edition, now)
        mailing = mailings.create(
            store, issue, MailingKind.ISSUE, approved.edition.digest, due, expires, key=ring.ids[0]
        )
    if mailing.state is MailingState.PAUSED:
        _may_go_on(mailing)
    if mailing.state is MailingState.MISSED and not at_once:
        raise _missed(mailing)
    if mailing.state in (MailingState.MISSED, MailingState.CANCELLED):
        mailings.anew(store, mailing.id, now, by)
    if mailing.digest != approved.edition.digest:
        mailings.point(store, mailing.id, approved.edition.digest, now, by)
    if mailing.due != due:
        mailings.set_due(store, mailing.id, due, expires)
    if words := _too_late(installation.holder(store), due, now, schedule.sending.grace_minutes):
        states = (MailingState.PLANNING, MailingState.READY, MailingState.SENDING)
        missed = mailings.move(store, mailing.id, MailingState.MISSED, expect=states, now=now, words=words, who=by)
        raise _missed(missed or mailing)
    mailing = mailings.get(store, mailing.id)
    if mailing.state is MailingState.PLANNING:
        mailing = planning.plan(owned, mailing.id, now, _team(schedule, ring))
    else:
        planning.top_up(owned, mailing.id, now)
    return mailings.get(store, mailing.id), approved


def _too_late(holder: Installation | None, due: datetime, now: datetime, grace_minutes: int) -> str | None:
    """Why an issue that was due does not go out without a person's word; None where it may."""
    when = f"it was due {due:%Y-%m-%d %H:%M} UTC"
    if holder is not None and holder.may_have_missed(due):
        since = f"between the backup of {holder.restored:%Y-%m-%d %H:%M} UTC that this one was put back from"
        return f"{when}, {since} and its claim, so that it may have gone out elsewhere"
    if now - due > timedelta(minutes=grace_minutes):
        return f"{when} and nothing had left by {now:%Y-%m-%d %H:%M} UTC"
    return None


def _into_sent(app: App, approved: ApprovedEdition) -> None:
    """Sees to it that sent/ holds the edition, and no other before the first mail."""
    issue = approved.edition.issue
    if approved.edition.digest not in sent_digests(app.root, issue):
        take_back(app, issue)  # another edition may stand there, of a start that came to nothing; nobody has got it
    publish_issue(app, approved.edition)


def _team(schedule: Schedule, ring: KeyRing) -> tuple[Mark, ...]:
    """The marks of the team's own addresses, where their copies go first."""
    if not schedule.sending.team_first:
        return ()
    return tuple(Mark(mark) for member in schedule.team for _, mark in ring.marks(member.address))


def _may_go_on(mailing: Mailing) -> None:
    """Raises `NotNow` for a mailing that a person has to decide about first."""
    issue = mailing.issue
    match mailing.state:
        case MailingState.SENT:
            raise NotNow(mailing, "is sent", f"`newsletter receipt {issue}` shows who got it")
        case MailingState.CANCELLED:
            raise NotNow(mailing, f"was cancelled in the middle ({mailing.words})", "nobody else will get it")
        case MailingState.UNRESOLVED:
            todo = f"decide on them with `newsletter resolve {issue} --unknown accept` or `resend`"
            raise NotNow(mailing, "waits for a decision on copies that may have arrived", todo)
        case MailingState.PAUSED:
            raise NotNow(mailing, f"is paused: {mailing.words}", f"go on with `newsletter resume {issue}`")
        case _:
            return


def _missed(mailing: Mailing) -> Missed:
    todo = f"send it now with `newsletter send {mailing.issue} --now`, or end it with `newsletter cancel`"
    return Missed(mailing, f"was missed: {mailing.words}", todo)
