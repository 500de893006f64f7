"""What one reader's copy says that the others' do not: the values of its slots."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from newsletter.model.issue import IssueId
from newsletter.model.letter import Greeting, Slot
from newsletter.model.mailing import Recipient
from newsletter.tokens import KeyRing, Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """The keys a mailing's links are signed with. A sample is signed for no purpose but being one."""

    ring: KeyRing
    unsubscribe: Purpose
    preferences: Purpose
    message_id: Purpose


def slot_values(
    recipient: Recipient,
    *,
    issue: IssueId,
    kind: str,
    greeting: Greeting,
    live: str,
    domain: str,
    due: datetime,
    signing: Signing,
) -> dict[Slot, str]:
    """The value of every slot for one recipient.

    `due` is the mailing's due time and becomes Date (RFC 5322 3.6.1); the Message-ID is `<issue.kind.seq.mac@domain>`.
    The unsubscribe link only unsubscribes, never expires, and is the target of the one-click POST (RFC 8058).
    """
    unsubscribe = f"{live}/u/{signing.ring.sign(signing.unsubscribe, recipient.subscriber)}"
    return {
        Slot.GREETING: greeting.to(recipient.name),
        Slot.UNSUBSCRIBE_URL: unsubscribe,
        Slot.PREFERENCES_URL: f"{live}/p/{signing.ring.sign(signing.preferences, recipient.subscriber)}",
        Slot.TO: recipient.address,
        Slot.DATE: _date(due),
        Slot.MESSAGE_ID: message_id(issue, kind, recipient.seq, domain, signing.ring, signing.message_id),
        Slot.LIST_UNSUBSCRIBE: f"<{unsubscribe}>",
    }


def message_id(issue: IssueId, kind: str, seq: int, domain: str, ring: KeyRing, purpose: Purpose) -> str:
    """The Message-ID of one reader's copy, in its brackets: the same however often it is handed over."""
    name = f"{issue}.{kind}.{seq}"
    return f"<{name}.{ring.mac(purpose, name)}@{domain}>"


@lru_cache(maxsize=16)  # the same for a whole mailing
def _date(due: datetime) -> str:
    return format_datetime(due)
