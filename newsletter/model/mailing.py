"""A mailing: one approved edition to many readers, each of them a row whose state says what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NewType

from newsletter.model.answer import Answer
from newsletter.model.issue import IssueId
from newsletter.model.subscriber import Mark

MailingId = NewType("MailingId", int)


class MailingKind(Enum):
    """What a mailing brings; there is at most one ISSUE mailing of an issue."""

    ISSUE = "issue"
    CORRECTION = "correction"


class MailingState(Enum):
    """How far a mailing has come. Only SENT is called sent."""

    PLANNING = "planning"  # its rows are being written; a start that finds it so plans anew
    READY = "ready"
    SENDING = "sending"
    PAUSED = "paused"  # by a person, or by a reason that is told
    UNRESOLVED = "unresolved"  # nothing is open, and somebody has to decide on rows that are unknown
    SENT = "sent"
    MISSED = "missed"  # it was due too long ago, nothing had gone out, and a person decides
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Whether nothing of it will ever be sent again."""
        return self in (MailingState.SENT, MailingState.CANCELLED)


class DeliveryState(Enum):
    """What is known of one reader's copy."""

    PLANNED = "planned"
    HANDING_OVER = "handing_over"  # the intent is on disk, the answer is not
    DEFERRED = "deferred"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"
    SUPPRESSED = "suppressed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"  # handed over, and nobody knows whether it arrived; only a person decides

    __hash__ = object.__hash__


OPEN = (DeliveryState.PLANNED, DeliveryState.HANDING_OVER, DeliveryState.DEFERRED)


class Pause(Enum):
    """Why a mailing is paused."""

    PERSON = "person"
    PROVIDER = "provider"  # the mail server refuses us, or too many of our mails: a person looks
    UNREACHABLE = "unreachable"  # the mail server cannot be reached, or hangs up; goes on by itself when it can
    DISK = "disk"  # the database cannot grow; goes on by itself when it can
    EXPIRED = "expired"  # the time in which it goes on by itself is over


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """One run of sending, as the database has it."""

    id: MailingId
    issue: IssueId
    kind: MailingKind
    digest: str  # of the edition that rows without one of their own get
    state: MailingState
    due: datetime  # UTC; the Date of every message, fixed at the first intent
    expires: datetime  # UTC; until then it goes on by itself once it has begun
    total: int  # rows planned; 0 while PLANNING
    key: str  # the id of the key that its links and Message-IDs are signed with, whatever newer keys there are
    team: int = 0  # the first rows are the team's own, this many; the rest waits for `rest_from`
    rest_from: datetime | None = None  # UTC; set when the last of the team's rows was handed over
    began: datetime | None = None  # UTC, our clock: the first intent
    ended: datetime | None = None  # UTC
    pause: Pause | None = None
    words: str | None = None  # why it is paused, missed or cancelled, and who said so
    pace: str | None = None  # what held it back when it last sent something, in words


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One reader as a mailing knows them, frozen when it was planned."""

    seq: int  # from 1, within the mailing
    subscriber: str  # opaque id; URL-safe, without a full stop
    address: str  # addr-spec, ASCII
    name: str | None  # as they gave it


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One row of the ledger. Erasure empties address and name."""

    mailing: MailingId
    seq: int
    mark: Mark
    address: str | None
    name: str | None
    state: DeliveryState
    attempt: int  # how often it was handed over: counts intents
    tries: int  # how often the reader's server has deferred it, counted for the time of the next try
    next_try: datetime | None  # UTC, of DEFERRED
    digest: str | None  # of the edition it was handed over with; None before, and after a deferral
    answer: Answer | None  # the last
    changed: datetime | None  # UTC; None: as it was planned


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row that could be sent now, as the ledger hands it out."""

    recipient: Recipient
    attempt: int  # so far
    tries: int
    first_try: datetime | None  # UTC: when it was first deferred; a row expires 24 h after it
    digest: str | None  # the edition it must be sent with; None: the mailing's


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an answer makes of a row."""

    seq: int
    attempt: int  # the row's own at the time; a verdict about another attempt changes nothing
    state: DeliveryState  # ACCEPTED, REFUSED, DEFERRED, EXPIRED or UNKNOWN
    answer: Answer
    counted: bool = False  # the answer is about this reader: `tries` grows
    next_try: datetime | None = None  # of DEFERRED, UTC
    ahead: bool = False  # an answer to the envelope, before any intent: the row is planned or deferred, not handed over
    suppress: bool = False  # the address does not exist: nobody writes there again


@dataclass(frozen=True, slots=True)
class Intent:
    """The wish to hand a row over: on disk before a byte of the content leaves."""

    seq: int
    attempt: int  # before it; the row will have one more
    digest: str


@dataclass(frozen=True, slots=True)
class Committed:
    """What one commit of the ledger came to."""

    state: MailingState  # of the mailing, as the commit found it
    granted: frozenset[int]  # seqs whose intent is on disk
    suppressed: frozenset[int]  # seqs whose reader has left or paused meanwhile: closed instead


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The sum of a mailing: every planned row is in exactly one of these."""

    mailing: Mailing
    counts: tuple[tuple[DeliveryState, int], ...]  # every state, in the order of the enum
    editions: tuple[tuple[str, int], ...]  # digest, and how many accepted or unknown rows were handed over with it
    returned: tuple[tuple[str, int], ...] = ()  # nature, and of how many copies something of it came back
    tries: int = 0  # how many rows have been deferred at least once
    next_try: datetime | None = None  # UTC: when the first deferred row is due

    def of(self, *states: DeliveryState) -> int:
        """How many rows are in these states."""
        return sum(count for state, count in self.counts if state in states)

    @property
    def total(self) -> int:
        """All rows."""
        return sum(count for _, count in self.counts)

    @property
    def open(self) -> int:
        """Rows that may still be sent."""
        return self.of(*OPEN)

    @property
    def closed(self) -> bool:
        """Whether every row has found its end and nobody has to decide anything."""
        return self.open == 0 and self.of(DeliveryState.UNKNOWN) == 0

    @property
    def balanced(self) -> bool:
        """Whether the rows are as many as were planned."""
        return self.total == self.mailing.total

    def __str__(self) -> str:
        """For people: "20,000 in all = 19,988 accepted + 10 refused + 2 unknown"."""
        parts = [f"{count:,} {state.value.replace('_', ' ')}" for state, count in self.counts if count]
        return f"{self.mailing.total:,} in all = {' + '.join(parts) or '0'}"
