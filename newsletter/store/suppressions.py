"""Addresses that must not be written to. Rows are added, and what lifted one is written into it, nothing else.

Writing happens in a transaction of `Store.writing_alone`, or of the ledger, which is alone in its own way: whoever asks
in a transaction whether an address may be written to gets the answer that holds when the transaction is committed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, insert, select, update

from newsletter.model.subscriber import Mark, Reason, Suppression
from newsletter.store import newcomers, schema
from newsletter.store.engine import Store
from newsletter.store.glance import glance

_TABLE = schema.suppressions
# Made once: SQLAlchemy takes longer to build it than the database to do it.
_NEXT = select(func.coalesce(func.max(_TABLE.c.number), 0) + 1).where(_TABLE.c.mark == bindparam("mark"))
_ADD = insert(_TABLE).values({**{one.name: bindparam(one.name) for one in _TABLE.c}, "number": _NEXT.scalar_subquery()})


def living(place: Store | Connection, marks: Sequence[Mark]) -> tuple[Suppression, ...]:
    """What forbids writing to these marks now, mark by mark, the oldest first; empty: nothing does."""
    return _found(place, _TABLE.c.mark.in_(marks), _TABLE.c.lifted.is_(None))


def of(place: Store | Connection, marks: Sequence[Mark]) -> tuple[Suppression, ...]:
    """All that ever forbade it, lifted or not, in the same order."""
    return _found(place, _TABLE.c.mark.in_(marks))


def since(place: Store | Connection, reason: Reason, moment: datetime) -> tuple[Suppression, ...]:
    """What forbids writing for this reason since a moment, lifted or not, mark by mark."""
    return _found(place, _TABLE.c.reason == reason.value, _TABLE.c.since >= moment)


def suppress(connection: Connection, mark: Mark, reason: Reason, now: datetime, note: str | None = None) -> bool:
    """Forbids writing to a mark, whether or not it is a reader's. False where this very reason forbids it already."""
    if any(one.reason is reason for one in living(connection, (mark,))):
        return False
    add(connection, mark, reason, now, note)
    return True


def add(
    connection: Connection,
    mark: Mark,
    reason: Reason,
    since: datetime,
    note: str | None = None,
    *,
    lifted: datetime | None = None,
    lifted_by: str | None = None,
) -> None:
    """Adds a row, beside whatever there is."""
    row = {"mark": mark, "reason": reason.value, "since": since, "note": note}
    connection.execute(_ADD, {**row, "lifted": lifted, "lifted_by": lifted_by})


def lift(connection: Connection, mark: Mark, now: datetime, by: str) -> tuple[Suppression, ...]:
    """Lifts all that forbids writing to a mark, and returns what that was. `by`: "confirmed anew", or who undid it."""
    found = living(connection, (mark,))
    for one in found:
        lift_one(connection, one, now, by)
    return found


def lift_one(connection: Connection, one: Suppression, now: datetime, by: str) -> None:
    """Lifts one of several."""
    this = (_TABLE.c.mark == one.mark, _TABLE.c.number == one.number, _TABLE.c.lifted.is_(None))
    connection.execute(update(_TABLE).where(*this).values(lifted=now, lifted_by=by))
    newcomers.note(connection, (one.mark,))


def empty(connection: Connection, marks: Sequence[Mark]) -> None:
    """Takes the notes out of the rows of these marks: a server's words may hold an address."""
    connection.execute(update(_TABLE).where(_TABLE.c.mark.in_(marks)).values(note=None))


def _found(place: Store | Connection, *conditions: ColumnElement[bool]) -> tuple[Suppression, ...]:
    query = select(_TABLE).where(*conditions).order_by(_TABLE.c.mark, _TABLE.c.number)
    with glance(place) as connection:
        return tuple(map(_suppression, connection.execute(query)))


def _suppression(row: Row[Any]) -> Suppression:
    return Suppression(
        mark=Mark(row.mark),
        number=row.number,
        reason=Reason(row.reason),
        since=row.since,
        note=row.note,
        lifted=row.lifted,
        lifted_by=row.lifted_by,
    )
