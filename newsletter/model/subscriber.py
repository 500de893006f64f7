"""Readers as we know them: who subscribed, how we can prove it, and who must not be written to any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NewType

Mark = NewType("Mark", bytes)  # 16 octets: the keyed hash of an address, small letters; what stays after erasure


class SubscriberState(Enum):
    """What a reader has said last of getting mail."""

    UNCONFIRMED = "unconfirmed"  # has asked, has not answered the confirmation mail; gets no issue
    CONFIRMED = "confirmed"
    PAUSED = "paused"  # until a day of their choice; from then on as good as confirmed
    UNSUBSCRIBED = "unsubscribed"


class Reason(Enum):
    """Why an address is not written to."""

    OPT_OUT = "opt-out"
    HARD_BOUNCE = "hard bounce"
    COMPLAINT = "complaint"
    ERASED = "erased"


class Act(Enum):
    """What happened to a reader; each is a row that is added and never changed."""

    ASKED = "asked"  # for the newsletter, by themselves
    CONFIRMED = "confirmed"
    IMPORTED = "imported"
    CHANGED = "changed"  # name, language, zone, tags
    PAUSED = "paused"
    RESUMED = "resumed"
    SUPPRESSED = "suppressed"  # for one of the reasons
    LIFTED = "lifted"  # a suppression, by the reader's own new confirmation or by a person
    ERASED = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The proof that a reader wants the newsletter (GDPR Art. 7 (1)). An import brings what its file says."""

    asked: datetime | None = None  # UTC
    confirmed: datetime | None = None  # UTC
    page: str | None = None  # where they asked: an address, or the file and row of an import
    words: str | None = None  # what they were shown and agreed to, in full
    mail: str | None = None  # the text of the confirmation mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """One reader. The address is theirs as they wrote it; `mark` finds them whatever its capitals."""

    mark: Mark
    address: str  # addr-spec, ASCII
    name: str | None = None  # as they gave it
    language: str | None = None  # BCP 47; None: the publication's
    zone: str | None = None  # IANA name
    tags: tuple[str, ...] = ()  # sorted, each once
    state: SubscriberState
    until: datetime | None = None  # of PAUSED, UTC
    consent: Consent = Consent()
    imported: int | None = None  # the number of the import that brought them
    added: datetime  # our clock, UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """An address that must not be written to. Rows are added; lifting one is written into it, nothing else is."""

    mark: Mark
    number: int  # from 1 for each mark
    reason: Reason
    since: datetime  # UTC
    note: str | None = None  # what the server said, which issue's link was used, who erased
    lifted: datetime | None = None  # UTC
    lifted_by: str | None = None  # "confirmed anew", or who undid it


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of a reader's story."""

    mark: Mark
    number: int  # from 1 for each mark
    at: datetime  # UTC
    act: Act
    who: str  # "reader", "import 3", or one of the team as the audit log names them
    note: str | None = None
