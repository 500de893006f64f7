"""What comes back after a message was accepted: bounces, complaints, auto-replies. Source: RFC 3464, RFC 5965."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from newsletter.model.issue import IssueId
from newsletter.model.mailing import MailingId
from newsletter.model.subscriber import Mark, Reason


class Nature(Enum):
    """What a returned mail says of one address."""

    HARD = "hard"  # there is no such mailbox, or it takes no mail any more
    SOFT = "soft"  # the copy was given up, and the mailbox may take the next: full, busy, too large, not reached
    POLICY = "policy"  # refused for what we are or what we wrote; says nothing about the reader
    DELAYED = "delayed"  # a server still tries
    COMPLAINT = "complaint"  # the reader reported it as spam (RFC 5965)
    REPLY = "auto-reply"  # a machine answers for the reader: away, ticket opened (RFC 3834)
    OTHER = "other"  # a person wrote, or nothing that we know: for somebody to read

    __hash__ = object.__hash__


BOUNCES = (Nature.HARD, Nature.SOFT, Nature.POLICY)


class Proof(Enum):
    """What ties a returned mail to the copy that it is about. Each holds a mac of ours, so nobody else can make it."""

    VERP = "VERP"  # the address it came to, or one that it holds
    ENVELOPE_ID = "envelope id"  # Original-Envelope-Id (RFC 3464 2.2.1), given as ENVID (RFC 3461 4.4)
    MESSAGE_ID = "Message-ID"  # of the copy that it encloses


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a returned mail says of one address."""

    nature: Nature
    address: str | None = None  # as the mail has it; None where it names none
    status: str | None = None  # enhanced, "5.1.1" (RFC 3463); None where none is given
    said: str = ""  # one printable line of at most 500 characters: the server's words, else what the mail begins with
    how: str  # what it was read from: "DSN", "ARF", "free form", "headers"


@dataclass(frozen=True, slots=True)
class Named:
    """The copy that a returned mail is about, as the proof names it."""

    proof: Proof
    seq: int
    mailing: MailingId | None = None  # by VERP and envelope id
    issue: IssueId | None = None  # by Message-ID, with the kind as Message-IDs name it
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One returned mail, read."""

    reports: tuple[Report, ...]  # one at least
    named: Named | None  # None: nothing proves which copy it is about; then nobody is suppressed for it
    forged: bool  # it names a copy by a mac that is not ours, and none by one that is


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A fact about a copy: it changes no state of its delivery. Rows are added; only `undone` is written into them."""

    number: int  # from 1
    taken: datetime  # UTC: when we read it
    digest: str  # SHA-256 of the mail, hex: the same mail is taken once
    report: Report
    proof: Proof | None
    mailing: MailingId | None  # with seq and mark: the copy it is about; None where nothing proves one
    seq: int | None
    mark: Mark | None
    consequence: Reason | None  # what it was suppressed for, by this mail; None: nothing followed
    undone: datetime | None = None  # UTC
    undone_by: str | None = None
