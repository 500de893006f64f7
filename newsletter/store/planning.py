"""Planning: a row for each reader who may be written to, before anything is sent."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    select,
    update,
)

from newsletter.model.mailing import DeliveryState, Mailing, MailingId, MailingState
from newsletter.model.subscriber import Mark, SubscriberState
from newsletter.store import mailings, newcomers, schema, subscribers
from newsletter.store.engine import Store
from newsletter.store.owning import Owned
from newsletter.store.writable import back_again, wanting, writable

BATCH = 5_000  # rows in one transaction, so that each is short
_MARKS_AT_ONCE = 500  # marks in one query; SQLite takes 32,766 values, older libraries 999

# PostgreSQL, without figures on a table that was just filled, would read all of it, and sort all readers for a batch.
_BY_INDEX = "; ".join(f"SET LOCAL enable_{way} = off" for way in ("seqscan", "hashjoin", "mergejoin"))
_ALONG_THE_INDEX = f"{_BY_INDEX}; SET LOCAL enable_sort = off"

_ROWS, _READERS, _MAILINGS = schema.deliveries, schema.subscribers, schema.mailings
_NEWCOMERS, _SUPPRESSIONS = schema.newcomers, schema.suppressions
_S = SubscriberState


@dataclass(frozen=True, slots=True)
class Audience:
    """All readers, each counted once, by whether a mailing planned now would reach them."""

    writable: int
    suppressed: int  # would want it, but something forbids writing to the address
    unconfirmed: int
    paused: int
    unsubscribed: int


def audience(store: Store, now: datetime) -> Audience:
    """Whom a mailing planned now would reach, and whom not; all of one moment."""
    # QUIRK: asked of every reader whether something forbids writing to them, either database looks 100,000 times.
    barred = select(_SUPPRESSIONS.c.mark).where(_SUPPRESSIONS.c.lifted.is_(None))
    suppressed = select(func.count()).where(_READERS.c.mark.in_(barred), wanting(now))
    with store.snapshot() as connection:
        forbidden = connection.scalar(suppressed) or 0
        back = connection.scalar(select(func.count()).where(back_again(now))) or 0
        states = subscribers.count(connection)
    return Audience(
        writable=states[_S.CONFIRMED] + back - forbidden,
        suppressed=forbidden,
        unconfirmed=states[_S.UNCONFIRMED],
        paused=states[_S.PAUSED] - back,
        unsubscribed=states[_S.UNSUBSCRIBED],
    )


def plan(owned: Owned, mailing: MailingId, now: datetime, team: Collection[Mark] = ()) -> Mailing:
    """The mailing, READY, with one row for each reader who may be written to; as it is where it is not PLANNING.

    `seq` is 1, 2, 3 ... in the order of the marks, which is no order of addresses, so that domains mix; the readers of
    `team` stand before all others. Rows of a plan that was cut off are deleted first. Each batch is a transaction: who
    confirms meanwhile may be missed, which `top_up` mends, and who leaves is not written to all the same.
    """
    if mailings.get(owned.store, mailing).state is not MailingState.PLANNING:
        return mailings.get(owned.store, mailing)
    _delete_rows(owned, mailing)
    with owned.writing() as connection:
        newcomers.forget(connection, mailing)
    first = sorted(set(team))
    of_team = sum(_add_these(owned, mailing, some, now) for some in _parts(first))
    total = of_team + _add_others(owned, mailing, of_team, now)
    with owned.writing() as connection:
        counts = update(_MAILINGS).where(_MAILINGS.c.id == mailing).values(total=total, team=of_team)
        connection.execute(counts)
        mailings.step(connection, mailing, MailingState.READY, (MailingState.PLANNING,), now)
        return mailings.get(connection, mailing)


def top_up(owned: Owned, mailing: MailingId, now: datetime) -> int:
    """How many rows were added behind the others, for readers who may be written to since; 0 once the first mail was
    begun. Only those are looked at who have come since, see newcomers.py, or whose pause is over by now."""
    found = 0
    for marks in chain(_noted(owned.store), _back(owned.store, mailing, now)):
        with owned.writing() as connection:
            before = mailings.get(connection, mailing)
            if before.began is not None or before.state.over or before.state is MailingState.PLANNING:
                break
            missing = (_READERS.c.mark.in_(marks), ~_has_row(mailing))
            added = _add(connection, mailing, before.total, now, len(marks), *missing)
            total = update(_MAILINGS).where(_MAILINGS.c.id == mailing).values(total=before.total + added)
            connection.execute(total)
        found += added
    return found


def _delete_rows(owned: Owned, mailing: MailingId) -> None:
    last = select(func.max(_ROWS.c.seq)).where(_ROWS.c.mailing == mailing)
    with owned.store.reading() as connection:
        count = connection.scalar(last) or 0
    for at in range(count, 0, -BATCH):
        with owned.writing() as connection:
            connection.execute(delete(_ROWS).where(_ROWS.c.mailing == mailing, _ROWS.c.seq > at - BATCH))


def _parts(marks: Sequence[Mark]) -> Iterator[Sequence[Mark]]:
    for at in range(0, len(marks), _MARKS_AT_ONCE):
        yield marks[at : at + _MARKS_AT_ONCE]


def _add_these(owned: Owned, mailing: MailingId, marks: Sequence[Mark], now: datetime) -> int:
    with owned.writing() as connection:
        before = connection.scalar(select(func.max(_ROWS.c.seq)).where(_ROWS.c.mailing == mailing)) or 0
        return _add(connection, mailing, before, now, len(marks), _READERS.c.mark.in_(marks))


def _add_others(owned: Owned, mailing: MailingId, of_team: int, now: datetime) -> int:
    """How many rows were added for all who have none yet, or until somebody cancelled the mailing."""
    found, added, after = 0, BATCH, Mark(b"")
    while added == BATCH:
        with owned.writing() as connection:
            if mailings.get(connection, mailing).state is not MailingState.PLANNING:
                break
            others = (_READERS.c.mark > after, *((~_has_row(mailing),) if of_team else ()))
            added = _add(connection, mailing, of_team + found, now, BATCH, *others)
            after = _mark_at(connection, mailing, of_team + found + added)
        found += added
    return found


def _add(
    connection: Connection,
    mailing: MailingId,
    before: int,
    now: datetime,
    limit: int,
    *wanted: ColumnElement[bool],
) -> int:
    """How many rows were added behind `before` for the next readers, in the order of their marks."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_ALONG_THE_INDEX)
    readers = select(_READERS.c.mark, _READERS.c.address, _READERS.c.name).where(*wanted, writable(now))
    some = readers.order_by(_READERS.c.mark).limit(limit).subquery()
    number = literal(before) + func.row_number().over(order_by=some.c.mark)
    fresh = (literal(DeliveryState.PLANNED.value), literal(0), literal(0))
    query = select(literal(mailing), number, some.c.mark, some.c.address, some.c.name, *fresh)
    columns = ("mailing", "seq", "mark", "address", "name", "state", "attempt", "tries")
    statement = insert(_ROWS).from_select(columns, query).execution_options(preserve_rowcount=True)
    return connection.execute(statement).rowcount


def _has_row(mailing: MailingId) -> ColumnElement[bool]:
    """The condition that a reader has a row already."""
    return exists().where(_ROWS.c.mailing == mailing, _ROWS.c.mark == _READERS.c.mark)


def _mark_at(connection: Connection, mailing: MailingId, seq: int) -> Mark:
    """The mark of a row; one before all others where there is no such row."""
    query = select(_ROWS.c.mark).where(_ROWS.c.mailing == mailing, _ROWS.c.seq == seq)
    return Mark(connection.scalar(query) or b"")


def _noted(store: Store) -> Iterator[Sequence[Mark]]:
    """Newcomers, some at a time, in the order of their marks.

    Alone: PostgreSQL would begin with the readers, all of them, in a query that asks which newcomers are among them.
    """
    mark = _NEWCOMERS.c.mark
    query = select(mark).order_by(mark).limit(_MARKS_AT_ONCE)
    marks = _found(store, query)
    while marks:
        yield marks
        marks = _found(store, query.where(mark > marks[-1]))


def _back(store: Store, mailing: MailingId, now: datetime) -> Iterator[Sequence[Mark]]:
    """Those whose pause is over, and who have no row, some at a time.

    Their index is found where the condition stands in its own words and the order is its own.
    """
    paused = _READERS.c.state == literal_column(f"'{SubscriberState.PAUSED.value}'")
    over = (paused, _READERS.c.until <= now)
    yield from _parts(
        _found(store, select(_READERS.c.mark).where(*over, ~_has_row(mailing)).order_by(_READERS.c.until))
    )


def _found(store: Store, query: Select[Any]) -> Sequence[Mark]:
    with store.reading() as connection:
        if not store.on_sqlite:
            connection.exec_driver_sql(_BY_INDEX)
        return [Mark(mark) for mark in connection.scalars(query)]
