"""Taking a returned mail: what it says, and what follows from it for the reader, in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from newsletter.model.issue import IssueId
from newsletter.model.mailing import Delivery, MailingId
from newsletter.model.returned import Named, Nature, Reading, Report, Returned
from newsletter.model.subscriber import Act, Mark, Reason
from newsletter.store import happenings, mailings, receipts, returned, suppressions

MAX_KEPT = 1_000_000  # octets of a mail that are kept: what a server has to say stands before what it sends back
LOOKED_AT = 100  # copies of a reader, at most, to find soft bounces in a row among

_WHO = {Nature.COMPLAINT: "a complaint"}  # as the story of a reader names it; all else is "a bounce"


@dataclass(frozen=True, slots=True)
class Case:
    """A reader's copy that came back, for whoever judges what follows from it."""

    report: Report
    copy: Delivery
    copies: tuple[tuple[IssueId, Delivery], ...]  # of a soft bounce: the reader's last copies, the newest first
    soft: frozenset[tuple[MailingId, int]]  # of a soft bounce: which of them softly bounced before; mailing and seq
    lifted: datetime | None  # UTC, of a hard or soft bounce: when a suppression of this reader was last lifted


Judge = Callable[[Case], Reason | None]
MarksOf = Callable[[str], Sequence[Mark]]  # the marks that an address may have


def digest_of(mail: bytes) -> str:
    """What a returned mail is known by, so that it is taken once."""
    return hashlib.sha256(mail).hexdigest()


def take(
    connection: Connection, mail: bytes, reading: Reading, judge: Judge, marks_of: MarksOf, now: datetime
) -> tuple[Returned, ...] | None:
    """Keeps what a mail says, and forbids writing to the reader where `judge` gives a reason; None: it was taken
    before, and nothing was written.

    Of a mail that speaks of several addresses only what it says of the reader's own is judged: behind an address there
    may be several people. No word is kept about a reader who was erased. Within `Store.writing_alone`; the lines of
    var/leavers.log are the caller's, one for each consequence that this returns, and `now` is their time.
    """
    digest = digest_of(mail)
    if returned.is_known(connection, digest):
        return None
    copy = None if reading.named is None else _named(connection, reading.named)
    forget = _is_erased(connection, reading.reports, copy, marks_of)
    first = returned.next_number(connection)
    facts = []
    for part, report in enumerate(reading.reports):
        fact = Returned(
            number=first + part,
            taken=now,
            digest=digest,
            report=replace(report, address=None, said="") if forget else report,
            proof=None,
            mailing=None,
            seq=None,
            mark=None,
            consequence=None,
        )
        if copy is not None and reading.named is not None:
            fact = replace(fact, proof=reading.named.proof, mailing=copy.mailing, seq=copy.seq, mark=copy.mark)
            if _is_about(report, copy, alone=len(reading.reports) == 1):
                fact = replace(fact, consequence=_follows(connection, report, copy, judge, now))
        facts.append(fact)
    returned.add(connection, facts, None if forget else mail[:MAX_KEPT])
    return tuple(facts)


def _named(connection: Connection, named: Named) -> Delivery | None:
    """The copy that a proof names; None where this database has none such, or cannot tell which it is."""
    mailing = named.mailing
    if mailing is None and named.issue is not None:
        found = [one.id for one in mailings.all_of(connection, named.issue) if one.kind.value == named.kind]
        mailing = found[0] if len(found) == 1 else None  # corrections of one issue have the same Message-IDs
    return None if mailing is None else receipts.copy_of(connection, mailing, named.seq)


def _is_about(report: Report, copy: Delivery, *, alone: bool) -> bool:
    return alone or _is_theirs(report, copy)


def _is_theirs(report: Report, copy: Delivery) -> bool:
    if report.address is None or copy.address is None:
        return False
    return report.address.lower() == copy.address.lower()


def _is_erased(connection: Connection, reports: Sequence[Report], copy: Delivery | None, marks_of: MarksOf) -> bool:
    """Whether a mail is about somebody who was erased, by the copy or by an address in it."""
    if copy is not None and copy.address is None:
        return True
    others = [one.address for one in reports if one.address and not (copy and _is_theirs(one, copy))]
    marks = [mark for address in others for mark in marks_of(address)]
    return any(one.reason is Reason.ERASED for one in suppressions.living(connection, marks)) if marks else False


def _follows(connection: Connection, report: Report, copy: Delivery, judge: Judge, now: datetime) -> Reason | None:
    """The reason for which nobody writes to the reader from now on, by this report; None: nothing follows, or that very
    reason forbids it already."""
    reason = judge(_case(connection, report, copy))
    words = None if copy.address is None else " ".join(filter(None, (report.status, report.said))) or None
    if reason is None or not suppressions.suppress(connection, copy.mark, reason, now, words):
        return None
    note = ": ".join(filter(None, (reason.value, words)))
    happenings.write(connection, copy.mark, Act.SUPPRESSED, _WHO.get(report.nature, "a bounce"), now, note)
    return reason


def _case(connection: Connection, report: Report, copy: Delivery) -> Case:
    if report.nature not in (Nature.HARD, Nature.SOFT):
        return Case(report, copy, (), frozenset(), None)
    lifted = max((one.lifted for one in suppressions.of(connection, (copy.mark,)) if one.lifted), default=None)
    if report.nature is Nature.HARD:
        return Case(report, copy, (), frozenset(), lifted)
    copies = receipts.newest_copies(connection, copy.mark, LOOKED_AT)
    soft = frozenset(
        (one.mailing, one.seq)
        for one in returned.of_marks(connection, (copy.mark,))
        if one.report.nature is Nature.SOFT and one.undone is None and one.mailing is not None and one.seq is not None
    )
    return Case(report, copy, copies, soft, lifted)
