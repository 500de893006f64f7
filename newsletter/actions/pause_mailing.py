"""Pause: a word of a person that the running sender obeys at its next commit."""

from __future__ import annotations

from newsletter.actions.app import App, known_issue
from newsletter.actions.mailing_of import NotNow, mailing_of
from newsletter.actions.readers import readers_store
from newsletter.model.audit import claimed
from newsletter.model.issue import IssueId
from newsletter.model.mailing import MailingState, Pause, Receipt
from newsletter.store import mailings, receipts

_PAUSABLE = (MailingState.READY, MailingState.SENDING)


def pause_mailing(app: App, issue: IssueId, who: str, *, login: str | None, words: str | None = None) -> Receipt:
    """Stops a mailing between two messages, until somebody resumes it. Raises `NotNow`, `ConfigError`.

    Messages whose content is on its way are finished: at most one for each open connection.
    """
    known_issue(app, issue)
    with readers_store(app) as (store, _):
        mailing = mailing_of(store, issue)
        moved = mailings.move(
            store,
            mailing.id,
            MailingState.PAUSED,
            expect=_PAUSABLE,
            now=app.clock(),
            pause=Pause.PERSON,
            words=words or f"paused by {who}",
            who=claimed(who, login),
        )
        if moved is None:
            raise NotNow(mailing, f"is {mailing.state.value}", "only one that is ready or sending can be paused")
        return receipts.receipt(store, mailing.id)
