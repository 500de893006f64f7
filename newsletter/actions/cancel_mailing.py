"""Cancel: the end of a mailing, before its first mail or in the middle, and what the web shows of it then."""

from __future__ import annotations

from threading import Event

from newsletter.actions.app import App, known_issue
from newsletter.actions.go_live import publish_site
from newsletter.actions.mailing_of import NotNow, mailing_of
from newsletter.actions.publish_issue import take_back
from newsletter.actions.readers import readers_store
from newsletter.actions.way_out import read_schedule
from newsletter.deliver.ledger import StopSign
from newsletter.model.audit import claimed
from newsletter.model.errors import NewsletterError
from newsletter.model.issue import IssueId
from newsletter.model.mailing import Mailing, MailingState, Receipt
from newsletter.store import mailings, receipts
from newsletter.store.errors import AlreadyHeld
from newsletter.store.owning import Owned, own

_CANCELLABLE = tuple(state for state in MailingState if not state.over)


class StillPublic(NewsletterError):
    """A mailing that is cancelled, and a site that does not show it yet."""

    def __init__(self, mailing: Mailing, why: NewsletterError | OSError) -> None:
        self.mailing = mailing
        page = "its page may still be on the web" if mailing.began is None else "its page does not say so yet"
        todo = f"`newsletter cancel {mailing.issue}` tries that again"
        super().__init__(f"{mailing.issue} is cancelled, and nobody else gets it; but {page}: {why}.\n{todo}")


def cancel_mailing(
    app: App, issue: IssueId, who: str, *, login: str | None, words: str | None = None, stop: StopSign | None = None
) -> Receipt:
    """Ends a mailing: what has not been handed over never will be. Raises `NotNow`, `ConfigError`.

    Where nobody has got it yet, sent/, the page and its public copy are taken back, and the issue can be changed,
    approved and sent as if nothing had been. Else they stay, for what was sent was sent, and the page says that not
    everybody got it. Raises `StillPublic` where the site could not be brought up to date; the mailing is over then, and
    cancelling it again tries that again.
    """
    known_issue(app, issue)
    with readers_store(app) as (store, _):
        mailing, now = mailing_of(store, issue), app.clock()
        moved = mailings.move(
            store,
            mailing.id,
            MailingState.CANCELLED,
            expect=_CANCELLABLE,
            now=now,
            words=words or f"cancelled by {who}",
            who=claimed(who, login),
        )
        try:
            with own(store, app.root, now) as owned:
                receipts.cancel_open(owned, mailing.id, now)
                changed = _taken_off(app, owned, mailing, stop or Event())
        except AlreadyHeld:
            changed = False  # the sender that runs obeys at its next commit, closes the rows and takes the page back
        if moved is None and not changed:
            raise NotNow(mailing, f"is {mailing.state.value}", "there is nothing left of it that could be cancelled")
        return receipts.receipt(store, mailing.id)


def _taken_off(app: App, owned: Owned, mailing: Mailing, stop: StopSign) -> bool:
    """Whether there was anything on the site to be changed for a mailing that is cancelled."""
    mailing = mailings.get(owned.store, mailing.id)
    if mailing.state is not MailingState.CANCELLED:
        return False
    if mailing.began is None:
        take_back(app, mailing.issue)
    try:
        return publish_site(app, owned.store, read_schedule(app), stop)
    except (NewsletterError, OSError) as error:
        raise StillPublic(mailing, error) from error
