"""A notice: a short mail of the system's own to one person. Not of the ledger: sent at least once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class NoticeKind(Enum):
    """What a notice is for. A confirmation goes to an address at most once a day, the link to preferences thrice."""

    CONFIRMATION = "confirmation"
    PREFERENCES = "preferences"  # the link to a reader's own page
    SIGN_IN = "sign-in"
    REMINDER = "reminder"
    ALARM = "alarm"
    REPORT = "report"


class NoticeState(Enum):
    """How far a notice has come."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"  # refused for good, or tried for too long
    LATE = "late"  # it could not be sent while it was of use


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One mail to one address, plain text."""

    number: int  # from 1; 0 before it is kept
    kind: NoticeKind
    address: str  # addr-spec, ASCII
    subject: str
    text: str  # nothing in it that a visitor typed
    asked: datetime  # UTC
    state: NoticeState = NoticeState.WAITING
    tries: int = 0
    next_try: datetime  # UTC
    said: str | None = None  # the last answer, in words
    until: datetime | None = None  # UTC: of no use after that, and not sent any more; None: whenever it comes

    def is_late(self, now: datetime) -> bool:
        """Whether it is of no use any more."""
        return self.until is not None and now > self.until
