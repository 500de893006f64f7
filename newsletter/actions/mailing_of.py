"""The mailing of an issue, by its name."""

from __future__ import annotations

from newsletter.model.errors import ConfigError, NewsletterError
from newsletter.model.issue import IssueId
from newsletter.model.mailing import Mailing, MailingKind
from newsletter.store import mailings
from newsletter.store.engine import Store


class NotNow(NewsletterError):
    """A mailing that is in another state than what is asked of it needs."""

    def __init__(self, mailing: Mailing, what: str, todo: str) -> None:
        self.mailing = mailing
        super().__init__(f"the mailing of {mailing.issue} {what}; {todo}")


def mailing_of(store: Store, issue: IssueId) -> Mailing:
    """The mailing that brings this issue. Raises `ConfigError` where it was never planned."""
    found = mailings.find(store, issue, MailingKind.ISSUE)
    if found is None:
        raise ConfigError("issue", f"nothing of {issue} has been sent or planned here; `newsletter send {issue}` does")
    return found
