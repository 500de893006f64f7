"""Cancel: the end of a mailing, before its first mail or in the middle."""

from __future__ import annotations

from newsletter.actions.app import App, known_issue
from newsletter.actions.mailing_of import NotNow, mailing_of
from newsletter.actions.publish_issue import take_back
from newsletter.actions.readers import readers_store
from newsletter.model.audit import claimed
from newsletter.model.issue import IssueId
from newsletter.model.mailing import MailingState, Receipt
from newsletter.store import mailings, receipts
from newsletter.store.errors import AlreadyHeld
from newsletter.store.owning import own

_CANCELLABLE = tuple(state for state in MailingState if not state.over)


def cancel_mailing(app: App, issue: IssueId, who: str, *, login: str, words: str | None = None) -> Receipt:
    """Ends a mailing: what has not been handed over never will be. Raises `NotNow`, `ConfigError`.

    Where nobody has got it yet, sent/ and the page are taken back, and the issue can be changed, approved and sent as
    if nothing had been. Else they stay, for what was sent was sent.
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
        if moved is None:
            raise NotNow(mailing, f"is {mailing.state.value}", "there is nothing left of it that could be cancelled")
        try:
            with own(store, app.root, now) as owned:
                receipts.cancel_open(owned, mailing.id, now)
                if moved.began is None:
                    take_back(app, issue)
        except AlreadyHeld:
            pass  # the sender that runs obeys at its next commit, and closes the rows itself
        return receipts.receipt(store, mailing.id)
