"""One returned mail, read: which copy it is about, by proof, and what it says of each address."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.deliver.returned import arf, dsn, freeform, notice, replies, words
from newsletter.deliver.returned.parts import MAX_READ, Part, part_of, shown_field
from newsletter.deliver.returned.proofs import Ours, named
from newsletter.model.returned import Nature, Reading, Report
from newsletter.tokens import KeyRing


def recognise(mail: bytes, *, bounces: str | None, domain: str, rings: Sequence[KeyRing]) -> Reading:
    """What a mail says that came to the address for bounces. Any octets at all are read; never raises.

    `bounces` is the plain address (`deliver.verp`) or None where envelope senders are not of each copy, `domain` that
    of our Message-IDs, `rings` are of one key each, the newest first.

    Complaints (RFC 5965) go before notifications (RFC 3464), both before what has no format, and machines' answers (RFC
    3834) are what is left of these: a notice may say of itself that it was sent automatically. The rest is OTHER.
    """
    data = mail[:MAX_READ]
    part = part_of(data)
    copy, forged = named(part, data, Ours(bounces=bounces, domain=domain, rings=rings))
    found = arf.reports(part) or dsn.reports(part) or freeform.reports(part, (bounces or "",)) or replies.reports(part)
    return Reading(reports=found or (_other(part),), named=copy, forged=forged)


def _other(mail: Part) -> Report:
    told = notice.notice_of(mail) or shown_field(mail.fields.first("subject"))
    return Report(
        nature=Nature.OTHER,
        address=words.address_in(mail.fields.first("from")),
        said=words.said(told),
        how="headers",
    )
