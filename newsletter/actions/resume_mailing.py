"""Resume: a paused mailing goes on, with the edition it began with or with a mended one for the rest."""

from __future__ import annotations

from datetime import timedelta
from threading import Event

from newsletter.actions.app import App, known_issue
from newsletter.actions.approved_edition import approved_edition
from newsletter.actions.go_live import Onlooker, go_live, patiently, quiet
from newsletter.actions.installation import may_send
from newsletter.actions.mailing_of import NotNow, mailing_of
from newsletter.actions.public_addresses import Tell, Wait
from newsletter.actions.publish_issue import publish_issue
from newsletter.actions.readers import readers_store
from newsletter.actions.run_mailing import Watch, nobody, run_mailing
from newsletter.actions.send_issue import Sent, left_off, send_issue, stopped
from newsletter.actions.way_out import read_schedule
from newsletter.deliver.ledger import StopSign
from newsletter.model.audit import claimed
from newsletter.model.issue import IssueId
from newsletter.model.mailing import Mailing, MailingState
from newsletter.publication.schedule import Schedule
from newsletter.store import editions, mailings, receipts
from newsletter.store.owning import Owned, own


def resume_mailing(
    app: App,
    issue: IssueId,
    who: str,
    *,
    login: str | None,
    mended: bool = False,
    watch: Watch = nobody,
    stop: StopSign | None = None,
    tell: Tell = quiet,
    wait: Wait | None = None,
) -> Sent:
    """Goes on with a mailing that is paused, or whose sender was killed: only rows that are open are handed over.

    `mended`: everybody who has not got it gets the edition that was approved since; it stands in sent/2/ and on the
    page, and the page's public address answers with it, before the next mail leaves. Raises `NotApproved` then, and as
    `send_issue` does.
    """
    known_issue(app, issue)
    schedule = read_schedule(app)
    by, stop = claimed(who, login), stop or Event()
    onlooker = Onlooker(stop, wait or patiently(stop), tell)
    with readers_store(app) as (store, ring):
        may_send(app, store)
        with own(store, app.root, app.clock()) as owned:
            mailing = _resumable(mailing_of(store, issue))
            if mended and mailing.began is not None and not _mended(app, owned, schedule, mailing, by, onlooker):
                return left_off(app, owned, schedule, mailing, stop)
            mailing = _awake(app, owned, mailing, by)
            run = None
            if mailing.began is not None:
                if mailing.expires < app.clock():
                    more = timedelta(hours=schedule.sending.resume_hours)
                    mailings.extend(store, mailing.id, app.clock() + more)
                run = run_mailing(app, owned, ring, schedule, mailing, by, watch, stop)
            receipt = receipts.receipt(store, mailing.id)
    if run is None:  # as if it had just been told to begin, gate and all
        at_once = receipt.mailing.due <= app.clock()
        return send_issue(app, issue, who, login=login, at_once=at_once, watch=watch, stop=stop, tell=tell, wait=wait)
    return stopped(app, receipt, run, who, by)


def _resumable(mailing: Mailing) -> Mailing:
    """The mailing itself. Raises `NotNow` for one that cannot go on."""
    if mailing.state not in (MailingState.PAUSED, MailingState.SENDING, MailingState.READY):
        raise NotNow(mailing, f"is {mailing.state.value}", "only one that is paused can be resumed")
    return mailing


def _awake(app: App, owned: Owned, mailing: Mailing, by: str) -> Mailing:
    """The mailing, no longer paused."""
    to = MailingState.READY if mailing.began is None else MailingState.SENDING
    mailings.move(owned.store, mailing.id, to, expect=(MailingState.PAUSED,), now=app.clock(), who=by)
    return mailings.get(owned.store, mailing.id)


def _mended(app: App, owned: Owned, schedule: Schedule, mailing: Mailing, by: str, onlooker: Onlooker) -> bool:
    """Points the mailing at the edition that was approved since, once the web has it; False where somebody wanted
    something else meanwhile. Raises `NotApproved`, `NotNow` where none was approved, `NotLive`."""
    approved, now = approved_edition(app, mailing.issue), app.clock()
    if approved.edition.digest == mailing.digest:
        todo = "change the files, and approve the issue once more"
        raise NotNow(mailing, "has no newer approved edition than the one it brings", todo)
    store = owned.store
    with store.writing_alone() as connection:
        editions.keep(store, connection, approved.edition, now)
    publish_issue(app, approved.edition)
    if not go_live(app, store, schedule, mailing.id, approved.edition, onlooker):
        return False
    mailings.point(store, mailing.id, approved.edition.digest, now, by)
    return True
