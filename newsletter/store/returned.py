"""What came back, kept: a row for each address that a returned mail speaks of, and beside the first of them the mail.

A row is a fact about a copy and changes no state of it. Rows are added; only that one was undone is written into it.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, func, insert, or_, select, update

from newsletter.model.mailing import MailingId
from newsletter.model.returned import Nature, Proof, Report, Returned
from newsletter.model.subscriber import Mark, Reason
from newsletter.store import schema
from newsletter.store.engine import Store
from newsletter.store.glance import glance

_TABLE, _ROWS = schema.returned, schema.deliveries
_FACT = [column for column in _TABLE.c if column.name != "raw"]  # a whole mail is read only where it is asked for
_AT_ONCE = 500  # mails in one transaction, so that it is short
_ORDER = tuple(Nature)

# Made once: SQLAlchemy takes longer to build it than the database to do it.
_NEXT = select(func.coalesce(func.max(_TABLE.c.number), 0) + 1)
_KNOWN = select(_TABLE.c.number).where(_TABLE.c.digest == bindparam("of")).limit(1)
_ADD = insert(_TABLE)


def next_number(connection: Connection) -> int:
    """The number of the next row. Within a transaction of `Store.writing_alone`: two at once would take the same."""
    return int(connection.execute(_NEXT).scalar_one())


def is_known(place: Store | Connection, digest: str) -> bool:
    """Whether the mail of this digest was taken before."""
    with glance(place) as connection:
        return connection.scalar(_KNOWN, {"of": digest}) is not None


def add(connection: Connection, facts: Sequence[Returned], mail: bytes | None) -> None:
    """Adds all that one mail says, in its order; `mail` is kept beside it, None keeps none.

    Within a transaction of `Store.writing_alone`, in which `is_known` has said that it is new.
    """
    packed = None if mail is None else zlib.compress(mail)
    rows = [_row(one, part) | {"raw": None if part else packed} for part, one in enumerate(facts)]
    connection.execute(_ADD, rows)


def get(place: Store | Connection, number: int) -> Returned | None:
    """The row of this number; None where there is none."""
    found = _found(place, _TABLE.c.number == number)
    return found[0] if found else None


def of_copies(place: Store | Connection, mailing: MailingId, seqs: Collection[int]) -> tuple[Returned, ...]:
    """What came back of these copies of a mailing, the oldest first."""
    return _found(place, _TABLE.c.mailing == mailing, _TABLE.c.seq.in_(seqs))


def of_marks(place: Store | Connection, marks: Sequence[Mark]) -> tuple[Returned, ...]:
    """What came back of any copy for these marks, the oldest first."""
    return _found(place, _TABLE.c.mark.in_(marks))


def unproven(place: Store | Connection, address: str) -> tuple[Returned, ...]:
    """What speaks of an address and names no copy that it could prove, the oldest first. Reads every row."""
    return _found(place, _TABLE.c.mark.is_(None), func.lower(_TABLE.c.address) == address.lower())


def newest(
    place: Store | Connection, limit: int, mailing: MailingId | None = None
) -> tuple[tuple[Returned, str | None], ...]:
    """The last rows, the newest first, at most `limit`, of one mailing or of all; each with the address of the copy
    that it is about, None where it is about none or the reader was erased."""
    copy = and_(_ROWS.c.mailing == _TABLE.c.mailing, _ROWS.c.seq == _TABLE.c.seq)
    query: Select[Any] = select(*_FACT, _ROWS.c.address.label("reader")).select_from(_TABLE.outerjoin(_ROWS, copy))
    if mailing is not None:
        query = query.where(_TABLE.c.mailing == mailing)
    with glance(place) as connection:
        rows = connection.execute(query.order_by(_TABLE.c.number.desc()).limit(limit))
        return tuple((_fact(row), row.reader) for row in rows)


def counts(connection: Connection, mailing: MailingId) -> tuple[tuple[str, int], ...]:
    """Each nature with the number of copies of which such a thing came back, in the order of the enum; none is 0."""
    query = select(_TABLE.c.nature, func.count(_TABLE.c.seq.distinct())).where(_TABLE.c.mailing == mailing)
    found = {row[0]: row[1] for row in connection.execute(query.group_by(_TABLE.c.nature))}
    return tuple((nature.value, found[nature.value]) for nature in _ORDER if nature.value in found)


def raw(place: Store | Connection, number: int) -> bytes | None:
    """The mail that a row was read from; None where it is not kept any more, or there is no such row."""
    digest = select(_TABLE.c.digest).where(_TABLE.c.number == number).scalar_subquery()
    query = select(_TABLE.c.raw).where(_TABLE.c.digest == digest, _TABLE.c.part == 0)
    with glance(place) as connection:
        packed = connection.scalar(query)
    return None if packed is None else zlib.decompress(packed)


def purge(store: Store, before: datetime) -> int:
    """Forgets the mails that were taken before this time; how many. What they said is kept."""
    old = select(_TABLE.c.number).where(_TABLE.c.raw.is_not(None), _TABLE.c.taken < before)
    some = old.order_by(_TABLE.c.number).limit(_AT_ONCE)
    purged, count = 0, _AT_ONCE
    while count == _AT_ONCE:
        with store.writing() as connection:
            count = connection.execute(update(_TABLE).where(_TABLE.c.number.in_(some)).values(raw=None)).rowcount
        purged += count
    return purged


def undo(connection: Connection, marks: Sequence[Mark], natures: Collection[Nature], now: datetime, by: str) -> int:
    """Notes on what came back for these marks that somebody has set it aside; on how many rows."""
    counting = _TABLE.c.nature.in_([one.value for one in natures])
    these = (_TABLE.c.mark.in_(marks), counting, _TABLE.c.undone.is_(None))
    return connection.execute(update(_TABLE).where(*these).values(undone=now, undone_by=by)).rowcount


def empty(connection: Connection, marks: Sequence[Mark], addresses: Collection[str]) -> None:
    """Takes every word of a reader out of what came back: of rows about their copies, and of those that name one of
    the addresses without proof. The mails go with them, whoever else they name."""
    folded = {address.lower() for address in addresses}
    holds = func.instr if connection.dialect.name == "sqlite" else func.strpos
    told = (holds(func.lower(_TABLE.c.said), address) > 0 for address in sorted(folded))
    theirs = or_(_TABLE.c.mark.in_(marks), func.lower(_TABLE.c.address).in_(folded), *told)
    mails = list(connection.scalars(select(_TABLE.c.digest).where(theirs).distinct()))
    connection.execute(update(_TABLE).where(theirs).values(address=None, said=""))
    connection.execute(update(_TABLE).where(_TABLE.c.digest.in_(mails)).values(raw=None))


def _found(place: Store | Connection, *conditions: ColumnElement[bool]) -> tuple[Returned, ...]:
    with glance(place) as connection:
        rows = connection.execute(select(*_FACT).where(*conditions).order_by(_TABLE.c.number))
        return tuple(map(_fact, rows))


def _row(one: Returned, part: int) -> dict[str, Any]:
    report = one.report
    row: dict[str, Any] = {"number": one.number, "taken": one.taken, "digest": one.digest, "part": part}
    row |= {"nature": report.nature.value, "address": report.address, "status": report.status, "said": report.said}
    row |= {"how": report.how, "proof": one.proof and one.proof.value, "mailing": one.mailing, "seq": one.seq}
    row |= {"mark": one.mark, "consequence": one.consequence and one.consequence.value}
    return row | {"undone": one.undone, "undone_by": one.undone_by}


def _fact(row: Row[Any]) -> Returned:
    return Returned(
        number=row.number,
        taken=row.taken,
        digest=row.digest,
        report=Report(nature=Nature(row.nature), address=row.address, status=row.status, said=row.said, how=row.how),
        proof=None if row.proof is None else Proof(row.proof),
        mailing=None if row.mailing is None else MailingId(row.mailing),
        seq=row.seq,
        mark=None if row.mark is None else Mark(row.mark),
        consequence=None if row.consequence is None else Reason(row.consequence),
        undone=row.undone,
        undone_by=row.undone_by,
    )
