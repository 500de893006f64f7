"""Resume: a paused mailing goes on, with the edition it began with or with a mended one for the rest."""

from __future__ import annotations

from datetime import timedelta
from threading import Event

from newsletter.actions.app import App, known_issue, read_publication
from newsletter.actions.approved_edition import approved_edition
from newsletter.actions.installation import may_send
from newsletter.actions.mailing_of import NotNow, mailing_of
from newsletter.actions.publish_issue import publish_issue
from newsletter.actions.readers import readers_store
from newsletter.actions.run_mailing import Watch, nobody, run_mailing
from newsletter.actions.send_issue import Sent, send_issue, stopped
from newsletter.deliver.ledger import StopSign
from newsletter.model.audit import claimed
from newsletter.model.issue import IssueId
from newsletter.model.mailing import Mailing, MailingState
from newsletter.publication.folder import Folder
from newsletter.store import editions, mailings, receipts
from newsletter.store.owning import Owned, own


def resume_mailing(
    app: App,
    issue: IssueId,
    who: str,
    *,
    login: str,
    mended: bool = False,
    watch: Watch = nobody,
    stop: StopSign | None = None,
) -> Sent:
    """Goes on with a mailing that is paused, or whose sender was killed: only rows that are open are handed over.

    `mended`: everybody who has not got it gets the edition that was approved since; it stands in sent/2/ and on the
    page before the next mail leaves. Raises `NotApproved` then, and as `send_issue` does.
    """
    known_issue(app, issue)
    schedule = read_publication(app, Folder(app.root)).schedule
    by = claimed(who, login)
    with readers_store(app) as (store, ring):
        may_send(app, store)
        with own(store, app.root, app.clock()) as owned:
            mailing = _awake(app, owned, mailing_of(store, issue), by, mended)
            if mailing.began is not None:
                if mailing.expires < app.clock():
                    more = timedelta(hours=schedule.sending.resume_hours)
                    mailings.extend(store, mailing.id, app.clock() + more)
                run_mailing(app, owned, ring, schedule, mailing, by, watch, stop or Event())
            receipt = receipts.receipt(store, mailing.id)
    if receipt.mailing.began is None:  # as if it had just been told to begin, gate and all
        now_due = receipt.mailing.due <= app.clock()
        return send_issue(app, issue, who, login=login, at_once=now_due, watch=watch, stop=stop)
    return stopped(app, receipt, who)


def _awake(app: App, owned: Owned, mailing: Mailing, by: str, mended: bool) -> Mailing:
    """The mailing, no longer paused. Raises `NotNow` for one that cannot go on."""
    store, now = owned.store, app.clock()
    if mailing.state not in (MailingState.PAUSED, MailingState.SENDING, MailingState.READY):
        raise NotNow(mailing, f"is {mailing.state.value}", "only one that is paused can be resumed")
    if mended and mailing.began is not None:
        mailing = _mended(app, owned, mailing, by)
    to = MailingState.READY if mailing.began is None else MailingState.SENDING
    mailings.move(store, mailing.id, to, expect=(MailingState.PAUSED,), now=now, who=by)
    return mailings.get(store, mailing.id)


def _mended(app: App, owned: Owned, mailing: Mailing, by: str) -> Mailing:
    """The mailing, pointed at the edition that was approved since. Raises `NotApproved`, `NotNow` where none was."""
    approved, now = approved_edition(app, mailing.issue), app.clock()
    if approved.edition.digest == mailing.digest:
        todo = "change the files, and approve the issue once more"
        raise NotNow(mailing, "has no newer approved edition than the one it brings", todo)
    store = owned.store
    with store.writing_alone() as connection:
        editions.keep(store, connection, approved.edition, now)
    publish_issue(app, approved.edition)
    mailings.point(store, mailing.id, approved.edition.digest, now, by)
    return mailings.get(store, mailing.id)
