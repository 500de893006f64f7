"""Mailings for the tests: a database with readers in it, an edition's row, a plan, a ledger that is owned."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, insert, update

from newsletter.model.answer import Answer, Phase
from newsletter.model.issue import IssueId
from newsletter.model.mailing import Delivery, DeliveryState, Intent, Mailing, MailingKind, MailingState, Verdict
from newsletter.model.subscriber import Mark, SubscriberState
from newsletter.store import ledger, mailings, newcomers, planning, receipts, schema
from newsletter.store.engine import Store, open_store
from newsletter.store.owning import Owned, own
from tests.postgres import fresh_database

COMING = IssueId(date(2026, 11, 27))
DUE = datetime(2026, 11, 27, 6, tzinfo=UTC)
DIGEST, MENDED = "a" * 64, "b" * 64
OK = Answer(Phase.DOT, 250, "2.0.0", "queued")
BUSY = Answer(Phase.RCPT, 451, "4.2.1", "mailbox busy")
NOBODY = Answer(Phase.RCPT, 550, "5.1.1", "no such user")
SILENCE = Answer(Phase.DOT, 0, said="connection lost")
EVERY = tuple(DeliveryState)


def at(minutes: float = 0) -> datetime:
    """So many minutes after the mailing is due."""
    return DUE + timedelta(minutes=minutes)


def mark(number: int) -> Mark:
    """The mark of the reader with this number; in no order of numbers."""
    return Mark(hashlib.sha256(f"reader {number}".encode()).digest()[:16])


def add_readers(store: Store, *numbers: int, state: SubscriberState = SubscriberState.CONFIRMED) -> None:
    """Readers of these numbers, who want the newsletter."""
    rows = [
        {"mark": mark(one), "address": f"reader{one}@example.org", "name": f"Reader {one}", "state": state.value}
        for one in numbers
    ]
    with store.writing_alone() as connection:
        connection.execute(insert(schema.subscribers), [row | {"added": at(-1000)} for row in rows])
        if state is SubscriberState.CONFIRMED:
            newcomers.note(connection, [mark(one) for one in numbers])


def leave(store: Store, number: int) -> None:
    """A reader unsubscribes; it is on disk when this returns."""
    table = schema.subscribers
    with store.writing() as connection:
        left = update(table).where(table.c.mark == mark(number)).values(state=SubscriberState.UNSUBSCRIBED.value)
        connection.execute(left)


def keep_editions(store: Store) -> None:
    """Rows for the two editions that mailings may name."""
    rows = [{"digest": one, "issue": str(COMING), "stored": at(-500), "data": b"-"} for one in (DIGEST, MENDED)]
    with store.writing() as connection:
        connection.execute(insert(schema.editions), rows)


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[Store]:
    """A database with the editions, and no reader."""
    with fresh_database(kind, folder) as address, open_store(address, busy_timeout=10) as store:
        keep_editions(store)
        yield store


@contextmanager
def owned(store: Store, folder: Path) -> Iterator[Owned]:
    """The right to send."""
    with own(store, folder, at()) as held:
        yield held


def made(store: Store, kind: MailingKind = MailingKind.ISSUE) -> Mailing:
    """A mailing without rows."""
    return mailings.create(store, COMING, kind, DIGEST, DUE, at(24 * 60), key="k1")


def sending(held: Owned, team: tuple[Mark, ...] = ()) -> Mailing:
    """A mailing that was planned for whoever is there, and may go out."""
    mailing = planning.plan(held, made(held.store).id, at(-60), team)
    found = mailings.move(held.store, mailing.id, MailingState.SENDING, expect=(MailingState.READY,), now=at())
    assert found
    return found


def begin(held: Owned, mailing: Mailing, *seqs: int, now: datetime = DUE, digest: str = DIGEST) -> frozenset[int]:
    """The rows of these that are being handed over now."""
    stand = rows(held.store, mailing)
    intents = [Intent(seq, stand[seq].attempt, digest) for seq in seqs]
    return ledger.commit(held, mailing.id, (), intents, now).granted


def verdict(row: Delivery, state: DeliveryState, *, ahead: bool = False, answer: Answer | None = None) -> Verdict:
    """What a server has said of a row as it stands."""
    said = {DeliveryState.ACCEPTED: OK, DeliveryState.REFUSED: NOBODY, DeliveryState.UNKNOWN: SILENCE}.get(state, BUSY)
    deferred = state is DeliveryState.DEFERRED
    return Verdict(
        seq=row.seq,
        attempt=row.attempt,
        state=state,
        answer=answer or said,
        counted=deferred,
        next_try=at(5) if deferred else None,
        ahead=ahead,
    )


def rows(store: Store, mailing: Mailing) -> dict[int, Delivery]:
    """All rows by `seq`."""
    return {one.seq: one for one in receipts.people(store, mailing.id, EVERY, 0, 100_000)}


def state_of(store: Store, mailing: Mailing, seq: int) -> DeliveryState:
    """The state of one row."""
    return rows(store, mailing)[seq].state


@contextmanager
def explained(held: Owned) -> Iterator[list[str]]:
    """How SQLite goes about every query of the block, and about the rows that are made of one."""
    plans: list[str] = []
    with held.writing() as writing:
        engines = [writing.engine]
    with held.store.reading() as reading:
        engines.append(reading.engine)

    def explain(_connection: Connection, cursor: Any, statement: str, values: Any, *_: object) -> None:
        if statement.startswith(("SELECT", "INSERT INTO deliveries")):
            plans.extend(row[-1] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall())

    for engine in engines:
        event.listen(engine, "before_cursor_execute", explain)
    try:
        yield plans
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", explain)
