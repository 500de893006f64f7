"""What the ledger costs, beside a peer in the same run: `python -m bench.ledger [ROWS]`. Nothing here is a test."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from sqlalchemy import insert, update

from bench.timing import Figure, Taken, by_turns, clocked, table
from newsletter.model.answer import Answer, Phase
from newsletter.model.issue import IssueId
from newsletter.model.mailing import (
    DeliveryState,
    Intent,
    MailingId,
    MailingKind,
    MailingState,
    Verdict,
    Waiting,
)
from newsletter.model.subscriber import SubscriberState
from newsletter.store import ledger, mailings, planning, receipts, schema
from newsletter.store.engine import Store, file_url, open_store
from newsletter.store.owning import Owned, own
from tests import postgres

Bare = Callable[[int], list[Any]]  # reads the page of rows that stand behind this seq

ROWS = 1_000_000
PAGE = 1_000
LANES = 10  # connections, of which each has one answer and one intent in a commit
COMMITS = 300
NOW = datetime(2026, 11, 27, 6, tzinfo=UTC)
DIGEST = "a" * 64
OK = Answer(Phase.DOT, 250, "2.0.0", "queued as 4711")
SAFE = (
    "listen_addresses=''",
    "fsync=on",
    "full_page_writes=on",
    "synchronous_commit=on",
    "shared_buffers=128MB",
    "max_connections=40",
)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    for kind in sys.argv[2:] or ("sqlite", "postgresql"):
        with _opened(kind) as (store, folder, bare), own(store, folder, NOW) as owned:
            took = clocked(lambda: _readers(store, count))
            print(f"{kind}: {count:,} readers written in {took:.1f} s\n")
            print(table([*_figures(kind, store, owned, folder, count, bare)]), "\n", flush=True)


def _figures(kind: str, store: Store, owned: Owned, folder: Path, count: int, bare: Bare) -> Iterator[Figure]:
    mailing = mailings.create(store, IssueId(date(2026, 11, 27)), MailingKind.ISSUE, DIGEST, NOW, NOW, key="k1").id
    aim = (15 if kind == "sqlite" else 30) * count / ROWS
    took = clocked(lambda: planning.plan(owned, mailing, NOW))
    once = Taken(took, took)
    yield Figure(f"{count:,} rows planned", once, "", None, f"under {aim:.0f} s", took < aim)
    mailings.move(store, mailing, MailingState.SENDING, expect=(MailingState.READY,), now=NOW)
    yield from _commits(owned, mailing, folder)
    yield from _pages(store, mailing, count, bare)
    took = clocked(lambda: receipts.receipt(store, mailing))
    yield Figure("the receipt", Taken(took, took), "", None)


def _pages(store: Store, mailing: MailingId, count: int, bare: Bare) -> Iterator[Figure]:
    """The next thousand rows at the first page, in the middle and at the last, and again from the beginning when only
    the last are left; the rows alone, and the recipients made of them. Then a tenth is deferred."""
    for name, after in (("first", 0), ("middle", count // 2), ("last", count - PAGE)):
        yield from _page(name, store, mailing, after, bare)
    _finish(store, count - PAGE)
    yield from _page("last, looked for from the start", store, mailing, 0, bare)
    _defer(store, count // 10)
    yield Figure(
        f"first 1,000 of {count // 10:,} deferred", _taken(lambda: ledger.due(store, mailing, NOW, PAGE)), "", None
    )
    yield Figure("when the next of them is due", _taken(lambda: ledger.next_due(store, mailing)), "", None)


def _page(name: str, store: Store, mailing: MailingId, after: int, bare: Bare) -> Iterator[Figure]:
    """Sides by turns: what the ledger reads, the same with every recipient made, which it does one by one, and the
    database's own driver, which reads the rows and does nothing else."""
    selected, made, driven = by_turns(
        [
            lambda: clocked(lambda: ledger.planned(store, mailing, after, PAGE)),
            lambda: clocked(lambda: tuple(ledger.planned(store, mailing, after, PAGE))),
            lambda: clocked(lambda: bare(after)),
        ],
        rounds=25,
    )
    assert len(ledger.planned(store, mailing, after, PAGE)) == PAGE
    assert len(bare(after)) == PAGE
    peer = "the bare driver"
    yield Figure(f"1,000 rows selected: {name}", selected, peer, driven, "under 2 ms", selected.median < 0.002)
    yield Figure("  and all made into recipients", made, "the rows alone", selected)


def _commits(owned: Owned, mailing: MailingId, folder: Path) -> Iterator[Figure]:
    """Ten answers and ten intents in one transaction, as with ten connections."""
    going: tuple[Waiting, ...] = ()
    waiting = iter(ledger.planned(owned.store, mailing, 0, LANES * (COMMITS + 1)))
    taken = []
    for number in range(COMMITS):
        verdicts = [_accepted(one) for one in going]
        going = tuple(next(waiting) for _ in range(LANES))
        intents = [Intent(one.recipient.seq, 0, DIGEST) for one in going]
        now = NOW + timedelta(milliseconds=number)
        taken.append(clocked(lambda: _granted(owned, mailing, verdicts, intents, now)))  # noqa: B023 - called at once
    ours, theirs = Taken(median(taken), min(taken)), _synced(folder)
    peer = "one write and fsync of 4 kB"
    yield Figure(f"a commit of {LANES} answers and {LANES} intents", ours, peer, theirs)
    rate, best = LANES / ours.median, LANES / ours.quickest
    print(f"rows handed over and answered a second: {rate:,.0f}, at best {best:,.0f}\n")


def _granted(owned: Owned, mailing: MailingId, verdicts: list[Verdict], intents: list[Intent], now: datetime) -> None:
    came = ledger.commit(owned, mailing, verdicts, intents, now)
    assert len(came.granted) == len(intents)


def _accepted(one: Waiting) -> Verdict:
    return Verdict(seq=one.recipient.seq, attempt=1, state=DeliveryState.ACCEPTED, answer=OK)


def _taken(work: object) -> Taken:
    assert callable(work)
    times = [clocked(work) for _ in range(15)]
    return Taken(median(times), min(times))


def _synced(folder: Path) -> Taken:
    """The least that a commit can cost on this disk."""
    with (folder / "synced").open("wb", buffering=0) as file:

        def write() -> None:
            file.write(b"-" * 4096)
            os.fsync(file.fileno())

        times = [clocked(write) for _ in range(COMMITS)]
    return Taken(median(times), min(times))


def _readers(store: Store, count: int) -> None:
    with store.writing() as connection:
        connection.execute(insert(schema.editions), {"digest": DIGEST, "issue": "-", "stored": NOW, "data": b"-"})
    for at in range(0, count, 10_000):
        rows = [_reader(number) for number in range(at, min(at + 10_000, count))]
        with store.writing() as connection:
            connection.execute(insert(schema.subscribers), rows)


def _reader(number: int) -> dict[str, object]:
    mark = hashlib.sha256(b"%d" % number).digest()[:16]
    address, state = f"reader.{number}@example.org", SubscriberState.CONFIRMED.value
    return {"mark": mark, "address": address, "name": f"Reader {number}", "state": state, "added": NOW}


def _finish(store: Store, up_to: int) -> None:
    rows = schema.deliveries
    for at in range(0, up_to, 50_000):
        some = update(rows).where(rows.c.seq > at, rows.c.seq <= min(at + 50_000, up_to))
        with store.writing() as connection:
            connection.execute(some.values(state="accepted", digest=DIGEST, phase="dot", code=250, changed=NOW))


def _defer(store: Store, count: int) -> None:
    rows = schema.deliveries
    with store.writing() as connection:
        connection.execute(update(rows).where(rows.c.seq <= count).values(state="deferred", next_try=NOW))


def _driven(execute: Callable[[str], Any]) -> Bare:
    """Reads a page as the driver gives it."""
    columns = "seq, mark, address, name, attempt, digest"
    planned = "mailing = 1 AND state = 'planned' AND address IS NOT NULL"

    def read(after: int) -> list[Any]:
        words = f"SELECT {columns} FROM deliveries WHERE {planned} AND seq > {after} ORDER BY seq LIMIT {PAGE}"
        return list(execute(words).fetchall())

    return read


@contextmanager
def _opened(kind: str) -> Iterator[tuple[Store, Path, Bare]]:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        if kind == "sqlite":
            file = folder / "newsletter.db"
            with open_store(file_url(file)) as store, closing(sqlite3.connect(file)) as driver:
                yield store, folder, _driven(driver.execute)
            return
        postgres._OPTIONS = SAFE  # the tests' own server would forget everything in a power cut
        server = postgres.Server()
        try:
            server.command("CREATE DATABASE bench TEMPLATE template0")
            address = server.address("bench")
            bare = address.replace("postgresql+psycopg", "postgresql")
            with open_store(address) as store, psycopg.connect(bare, autocommit=True) as driver:
                yield store, folder, _driven(lambda words: driver.execute(words.encode()))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
