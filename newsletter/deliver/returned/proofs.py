"""Which copy a returned mail is about. Anybody may write to us and claim anything: only a mac of ours counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsletter.deliver.returned import dsn
from newsletter.deliver.returned.parts import Part
from newsletter.deliver.verp import ForgedBounce, read_tag, read_verp
from newsletter.model.issue import IssueId
from newsletter.model.mailing import MailingKind
from newsletter.model.returned import Named, Proof
from newsletter.tokens import KeyRing, Purpose

# Where the servers that a mail has passed note the address it came to; each of them adds its own field, and only RFC
# 5321's envelope says it, which is gone when a mailbox is read.
_CAME_TO = (
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "x-delivered-to",
    "to",
    "apparently-to",
    "cc",
    "received",
)
_BETWEEN = re.compile(r"[\s<>,;:()\"\[\]]+")  # what stands between the addresses of a field
_MOST = 50  # addresses or ids that are looked at in one place
_MAC = 26  # base32 characters

_KINDS = frozenset(kind.value for kind in MailingKind)  # test mails are named by other kinds: they are no copies


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What our copies are known by. Pure values; `rings` are of one key each, the newest first."""

    bounces: str | None  # the plain address that bounces come to; None where copies have no address of their own
    domain: str  # of Message-IDs
    rings: Sequence[KeyRing]


def named(mail: Part, data: bytes, ours: Ours) -> tuple[Named | None, bool]:
    """The copy that a mail is about, and whether it only claims to be about one.

    Looked for in this order: the address it came to, Original-Envelope-Id (RFC 3464 2.2.1), then our Message-ID and our
    envelope sender wherever they stand in it, since every server encloses the message in a way of its own. A wrong mac
    in one place does no harm to a good one in another: whoever has a good one has got that copy.
    """
    texts = [data.decode("latin-1"), *(leaf.text for leaf in mail.leaves())]
    forged = False
    for read, places in (
        (_by_address, _came_to(mail)),
        (_by_envelope_id, dsn.envelope_ids(mail)),
        (_by_message_id, _found(_message_ids(ours), texts)),
        (_by_address, _found(_senders(ours), texts)),
    ):
        for place in places:
            try:
                if (one := read(place, ours)) is not None:
                    return one, False
            except ForgedBounce:
                forged = True
    return None, forged


def read_message_id(written: str, domain: str, rings: Sequence[KeyRing]) -> tuple[IssueId, str, int] | None:
    """Issue, kind and seq of the copy that a Message-ID names, or None where it is not of this form at all.

    With its brackets or without; capitals make no difference. Test mails and samples are no copies and name
    none. Raises `ForgedBounce` where no key has made the mac.
    """
    name, _, at = written.strip().strip("<>").lower().rpartition("@")
    pieces = name.split(".")
    if at != domain.lower() or len(pieces) != 4 or len(pieces[3]) != _MAC:
        return None
    issue, kind, number, mac = pieces
    known = IssueId.parse(issue)
    if known is None or kind not in _KINDS or not re.fullmatch("[1-9][0-9]{0,17}", number):
        return None
    if all(mac != ring.mac(Purpose.MESSAGE_ID, f"{issue}.{kind}.{number}") for ring in rings):
        raise ForgedBounce(f"a Message-ID of {issue} carries a mac that is not ours; the mail is put aside")
    return known, kind, int(number)


def _came_to(mail: Part) -> Iterator[str]:
    for name in _CAME_TO:
        for value in mail.fields.all(name)[:_MOST]:
            yield from [word for word in _BETWEEN.split(value) if "@" in word][:_MOST]


def _message_ids(ours: Ours) -> str:
    issue = r"(?<![a-z0-9-])[0-9]{4}-[0-9]{2}-[0-9]{2}(?:-[a-z0-9-]{1,80})?"
    return rf"(?i){issue}\.[a-z]{{1,20}}\.[0-9]{{1,18}}\.[a-z2-7]{{{_MAC}}}@{re.escape(ours.domain)}(?![a-z0-9.-])"


def _senders(ours: Ours) -> str | None:
    if ours.bounces is None:
        return None
    local, _, domain = ours.bounces.rpartition("@")
    return rf"(?i){re.escape(local)}\+[0-9a-z-]{{1,60}}@{re.escape(domain)}(?![a-z0-9-])"


def _found(pattern: str | None, texts: Sequence[str]) -> Iterator[str]:
    if pattern is not None:
        for text in texts:
            for at, match in enumerate(re.finditer(pattern, text)):
                if at == _MOST:
                    break
                yield match[0]


def _by_address(address: str, ours: Ours) -> Named | None:
    if ours.bounces is None:
        return None
    read = read_verp(_plain(address), ours.bounces, ours.rings)
    return Named(Proof.VERP, read[1], mailing=read[0]) if read else None


def _by_envelope_id(written: str, ours: Ours) -> Named | None:
    read = read_tag(written.strip(), ours.rings)
    return Named(Proof.ENVELOPE_ID, read[1], mailing=read[0]) if read else None


def _by_message_id(written: str, ours: Ours) -> Named | None:
    read = read_message_id(written, ours.domain, ours.rings)
    return Named(Proof.MESSAGE_ID, read[2], issue=read[0], kind=read[1]) if read else None


def _plain(address: str) -> str:
    """An address without the tag that a server on the way has put in front of it (BATV)."""
    return re.sub(r"(?i)^(?:prvs=[0-9a-z]{10}=|btv1==[0-9a-z]{8,20}==)", "", address)
