"""The list of all issues in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from newsletter.actions.all_issues import IssueRow
from newsletter.model.mailing import MailingState
from newsletter.publication.publication import Publication

_STATES = {
    MailingState.PLANNING: ("none", "planned"),
    MailingState.READY: ("none", "planned"),
    MailingState.SENDING: ("now", "sending"),
    MailingState.PAUSED: ("bad", "paused"),
    MailingState.UNRESOLVED: ("warn", "some copies unknown"),
    MailingState.SENT: ("ok", "sent"),
    MailingState.MISSED: ("bad", "missed"),
    MailingState.CANCELLED: ("bad", "cancelled"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An issue as a row of the table."""

    name: str  # of its folder
    number: str
    day: str
    subject: str
    state: str
    word: str
    page: str  # its page in the archive; "" before it is sent
    receipt: str  # "" where it has no mailing


def mailing_words(state: MailingState) -> tuple[str, str]:
    """The dot and the words of a mailing in a list."""
    return _STATES[state]


def issue_rows(rows: Iterable[IssueRow], publication: Publication) -> tuple[Listed, ...]:
    """The rows in this order."""

    def listed(row: IssueRow) -> Listed:
        day = row.issue.date
        state, word = ("ok", "sent") if row.is_sent else ("none", "in preparation")
        if row.mailing is not None:
            state, word = mailing_words(row.mailing)
        return Listed(
            name=str(row.issue),
            number=f"No. {row.number}" if row.number else "",
            day=f"{day:%a} {day.day} {day:%b %Y}",
            subject=row.subject or "no subject yet",
            state=state,
            word=word,
            page=publication.permalink(row.issue) if row.is_sent else "",
            receipt=f"/issues/{row.issue}/delivery" if row.mailing else "",
        )

    return tuple(map(listed, rows))
