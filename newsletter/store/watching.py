"""What the watch asks of mailings: few rows each time, for it asks every minute."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, func, literal, literal_column, select

from newsletter.model.mailing import DeliveryState, Mailing, MailingId, MailingKind
from newsletter.model.returned import BOUNCES, Nature
from newsletter.store import mailings, returned, schema
from newsletter.store.deliveries import in_state
from newsletter.store.engine import Store
from newsletter.store.glance import glance

_ROWS, _MAILINGS = schema.deliveries, schema.mailings
_S = DeliveryState
_ALL = 1_000_000_000  # rows; no mailing has so many
_MANY = 2_000  # rows that wait for another try, those due first
_AROUND = 2_000  # rows before and behind the first that waits: a mailing that moves has changed one of them


def last_change(place: Store | Connection, mailing: MailingId) -> datetime | None:
    """About when a copy of a mailing last came to something, UTC; None where nothing has happened to any.

    Rows go out in their order, so that only those around the first that waits are looked at, and those deferred.
    """
    last = select(func.max(_ROWS.c.seq)).where(_ROWS.c.mailing == mailing)
    with glance(place) as connection:
        at: int = connection.scalar(_some(mailing, 1, in_state(_S.PLANNED))) or connection.scalar(last) or 0
        near: datetime | None = connection.scalar(
            select(func.max(_ROWS.c.changed)).where(
                _ROWS.c.mailing == mailing, _ROWS.c.seq.between(at - _AROUND, at + _AROUND)
            )
        )
        deferred = connection.scalars(_deferred(mailing, _ROWS.c.changed, _MANY))
        return max(filter(None, (near, *deferred)), default=None)


def waits_since(place: Store | Connection, mailing: Mailing, now: datetime) -> datetime | None:
    """Since when a copy could be sent that is not, UTC; None where each has gone or waits for its next try. One that
    was never tried waits since the mailing began."""
    with glance(place) as connection:
        if connection.scalar(_some(mailing.id, 1, in_state(_S.PLANNED))) is not None:
            return mailing.began or mailing.due
        first: datetime | None = connection.scalar(_deferred(mailing.id, _ROWS.c.next_try, 1))
    return first if first is not None and first <= now else None


def left(place: Store | Connection, mailing: MailingId) -> int:
    """How many copies of a mailing have not left and still may."""
    with glance(place) as connection:
        waiting = (_count(connection, mailing, in_state(state)) for state in (_S.PLANNED, _S.HANDING_OVER))
        deferred = select(func.count()).select_from(_deferred(mailing, _ROWS.c.seq, _ALL).subquery())
        return sum(waiting) + (connection.scalar(deferred) or 0)


def unknown(place: Store | Connection, mailing: MailingId) -> int:
    """Of how many copies of a mailing nobody knows whether they arrived."""
    with glance(place) as connection:
        return _count(connection, mailing, in_state(_S.UNKNOWN))


def newest_begun(place: Store | Connection) -> Mailing | None:
    """The mailing of an issue that began last; None where none ever did."""
    begun = (_MAILINGS.c.kind == MailingKind.ISSUE.value, _MAILINGS.c.began.is_not(None))
    with glance(place) as connection:
        row = connection.execute(select(_MAILINGS).where(*begun).order_by(_MAILINGS.c.began.desc()).limit(1)).first()
    return None if row is None else mailings.mailing_of(row)


def sent_back(place: Store | Connection, mailing: MailingId) -> tuple[int, int]:
    """Of how many copies of a mailing a bounce came back, or a refusal was the answer; and of how many a complaint."""
    # In the words of the index of rows that were closed, so that the others are not read.
    ends = (_S.REFUSED, _S.EXPIRED, _S.SUPPRESSED)
    closed = _ROWS.c.state.in_([literal_column(f"'{state.value}'") for state in ends])
    with glance(place) as connection:
        back = dict(returned.counts(connection, mailing))
        refused = _count(connection, mailing, closed, in_state(_S.REFUSED))
    bounced = sum(back.get(nature.value, 0) for nature in BOUNCES)
    return refused + bounced, back.get(Nature.COMPLAINT.value, 0)


# QUIRK: SQLite, which has no figures, reads the whole mailing rather than an index of the few such rows, unless the
# query asks for a range and for the order of that index. See deliveries.py.


def _some(mailing: MailingId, limit: int, *which: ColumnElement[bool]) -> Select[Any]:
    """The first rows of a mailing in one of the states that have an index by `seq`."""
    query = select(_ROWS.c.seq).where(_ROWS.c.mailing == mailing, _ROWS.c.seq > literal(0), *which)
    return query.order_by(_ROWS.c.seq).limit(limit)


def _deferred(mailing: MailingId, column: Column[Any], limit: int) -> Select[Any]:
    """A column of the rows that wait for another try, the one that is due first in front."""
    waiting = (_ROWS.c.mailing == mailing, in_state(_S.DEFERRED), _ROWS.c.next_try > literal_column("''"))
    return select(column).where(*waiting).order_by(_ROWS.c.next_try).limit(limit)


def _count(connection: Connection, mailing: MailingId, *which: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).select_from(_some(mailing, _ALL, *which).subquery())) or 0
