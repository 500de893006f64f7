"""The right to send: one process has it, and what a killed one left behind is found exactly once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Barrier, Event

import psycopg
import pytest
from sqlalchemy import text, update

from newsletter.model.mailing import Committed, DeliveryState, Intent, MailingState
from newsletter.model.subscriber import SubscriberState
from newsletter.store import ledger, mailings, receipts, schema
from newsletter.store.engine import Store, open_store
from newsletter.store.errors import AlreadyHeld, StoreBusy, StoreUnreachable
from newsletter.store.holding import Holding
from newsletter.store.locks import hold
from newsletter.store.owning import Owned, own
from tests.mailing import DIGEST, add_readers, at, begin, keep_editions, mark, owned, rows, sending, verdict
from tests.postgres import KINDS, fresh_database
from tests.test_store_survival import LONG, Child

S = DeliveryState


@pytest.fixture(params=KINDS)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with fresh_database(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    with open_store(address, busy_timeout=LONG) as store:
        keep_editions(store)
        yield store


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Store]:
    """PostgreSQL, where the right can be lost with its session."""
    with fresh_database("postgresql", tmp_path) as address, open_store(address, busy_timeout=LONG) as store:
        keep_editions(store)
        yield store


def test_the_second_owner_is_told_at_once_who_the_first_is(store: Store, tmp_path: Path) -> None:
    """Two senders started at the same moment: one sends, the other learns by whom. Afterwards the right is free."""
    with owned(store, tmp_path), pytest.raises(AlreadyHeld, match=r"by process \d+ since 2026-11-27 06:00 UTC"):
        own(store, tmp_path, at(1)).__enter__()
    with owned(store, tmp_path):
        pass


def test_a_lock_that_is_let_go_is_free_at_once(server: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the server has seen the end of the session that held it: here it sees none of them."""
    ends: list[psycopg.Connection] = []
    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Connection, "close", lambda connection: ends.append(connection))
        for _ in range(2):
            with hold(server, "clock", tmp_path, at()):
                pass
            with Holding(server, "clock", tmp_path) as holding:
                holding.again(at())
            with own(server, tmp_path, at()):
                pass
    assert len(ends) == 6
    for one in ends:
        one.close()


def test_of_many_who_start_at_once_one_owns(store: Store, tmp_path: Path) -> None:
    """Twelve owners are started together, and hold on until all have tried: exactly one gets the right."""
    together, tried = Barrier(12), Barrier(12)

    def start() -> bool:
        with ExitStack() as stack:
            together.wait(LONG)
            try:
                stack.enter_context(own(store, tmp_path, at()))
            except AlreadyHeld:
                return False
            finally:
                tried.wait(LONG)
            return True

    with ThreadPoolExecutor(12) as threads:
        assert sum(one.result(LONG) for one in [threads.submit(start) for _ in range(12)]) == 1


def hand_over_and_wait(pipe: Connection, address: str, root: Path) -> None:
    with open_store(address) as store, own(store, root, at()) as held:
        mailing = sending(held)
        begin(held, mailing, 1, 2, 3)
        ledger.commit(held, mailing.id, [verdict(rows(store, mailing)[1], S.ACCEPTED)], (), at(1))
        pipe.send(mailing.id)
        pipe.recv()


def test_what_a_killed_owner_was_handing_over_becomes_unknown_exactly_once(
    store: Store, address: str, tmp_path: Path
) -> None:
    """The next owner finds the two rows without an answer, marks them, and finds nothing the second time. The answer
    that was on disk stays, and who knows better may still resolve."""
    add_readers(store, *range(5))
    with Child(hand_over_and_wait, address, tmp_path) as child:
        number = child.says()
        child.kill()
        with _owned_once_free(store, tmp_path) as now_ours:
            assert ledger.recover(now_ours, number, at(2)) == 2
            assert ledger.recover(now_ours, number, at(3)) == 0
            found = rows(store, mailings.get(store, number))
            states = [found[seq].state for seq in range(1, 6)]
            assert states == [S.ACCEPTED, S.UNKNOWN, S.UNKNOWN, S.PLANNED, S.PLANNED]
            late = verdict(found[2], S.ACCEPTED)
            ledger.commit(now_ours, number, [late], (), at(4))
            assert rows(store, mailings.get(store, number)) == found
            assert "stopped while" in str(found[2].answer)
            assert receipts.resolve(now_ours, number, True, [found[2].mark], at(5), "ada") == 1


@contextmanager
def _owned_once_free(store: Store, root: Path) -> Iterator[Owned]:
    """The right, as soon as a server has noticed that its last owner is dead."""
    if not store.on_sqlite:
        with store.session() as connection:
            while connection.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1")):
                connection.execute(text("SELECT pg_sleep(0.01)"))
    with own(store, root, at(2)) as held:
        yield held


def test_a_worker_that_lives_keeps_the_right_from_others(tmp_path: Path) -> None:
    """With SQLite the right is free only when all of the old sender is gone: a worker that inherited the descriptor
    may still be handing a mail over, whatever became of its parent."""
    with fresh_database("sqlite", tmp_path) as address, open_store(address) as store:
        with own(store, tmp_path, at()) as held:
            assert held.fileno is not None
            command = [sys.executable, "-c", "print('here', flush=True); input()"]
            worker = subprocess.Popen(
                command, pass_fds=[held.fileno], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        with worker:
            assert worker.stdout
            assert worker.stdout.readline() == "here\n"
            with pytest.raises(AlreadyHeld):
                own(store, tmp_path, at(1)).__enter__()
            worker.communicate("\n", LONG)
        with owned(store, tmp_path):
            pass


def test_every_commit_of_an_owner_is_synced(store: Store, tmp_path: Path) -> None:
    """Whatever the server was configured to: a commit that returned survives a power cut."""
    with owned(store, tmp_path) as held, held.writing() as connection:
        if store.on_sqlite:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        else:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
            with store.reading() as other:
                assert other.exec_driver_sql("SHOW synchronous_commit").scalar() == "off"


def hang_up(store: Store) -> None:
    """The server ends the session that holds the right."""
    holder = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted"
    with store.session() as connection:
        connection.execute(text(f"SELECT pg_terminate_backend(pid, {LONG * 1000}) FROM ({holder}) AS held"))


def test_a_lost_session_cannot_commit(server: Store, tmp_path: Path) -> None:
    """An owner whose session the server has ended writes nothing, now and later, though connecting anew would work;
    what it was about to grant is granted to nobody."""
    add_readers(server, 0)
    with owned(server, tmp_path) as held:
        mailing = sending(held)
        hang_up(server)
        for _ in range(2):
            with pytest.raises(StoreUnreachable):
                ledger.commit(held, mailing.id, (), [Intent(1, 0, DIGEST)], at(1))
        assert rows(server, mailing)[1].state is S.PLANNED


def test_a_session_lost_in_the_middle_of_a_transaction_takes_it_along(server: Store, tmp_path: Path) -> None:
    """Nothing of it is there, and the block after it is not entered on another session."""
    add_readers(server, 0)
    with owned(server, tmp_path) as held:
        mailing = sending(held)

        def cut_off() -> None:
            with held.writing() as connection:
                connection.execute(update(schema.deliveries).values(state=S.CANCELLED.value))
                connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

        with pytest.raises(StoreUnreachable):
            cut_off()
        with pytest.raises(StoreUnreachable, match="take the lock again"):
            held.writing().__enter__()
        assert rows(server, mailing)[1].state is S.PLANNED


def test_a_lost_right_is_taken_again_unless_somebody_has_it(server: Store, tmp_path: Path) -> None:
    """While another owns, the first is told so; when the right is free, it has it again, and the commit is repeated."""
    add_readers(server, 0)
    with owned(server, tmp_path) as held:
        mailing = sending(held)
        hang_up(server)
        with owned(server, tmp_path):
            with pytest.raises(AlreadyHeld):
                held.again(at(1))
            with pytest.raises(StoreUnreachable):
                held.writing().__enter__()
        held.again(at(2))
        assert ledger.commit(held, mailing.id, (), [Intent(1, 0, DIGEST)], at(1)).granted == {1}
        with pytest.raises(AlreadyHeld):
            own(server, tmp_path, at(3)).__enter__()


def test_a_right_that_is_not_lost_stays_as_it_is(store: Store, tmp_path: Path) -> None:
    """Taking it again is harmless, and never lets it go for a moment."""
    with owned(store, tmp_path) as held:
        held.again(at(1))
        with held.writing():
            pass
        with pytest.raises(AlreadyHeld):
            own(store, tmp_path, at(2)).__enter__()


def test_a_commit_waits_for_an_unsubscribe_that_is_being_written(store: Store, tmp_path: Path) -> None:
    """An unsubscribe that began first is on disk before the commit looks, on both databases: the reader gets
    nothing. A commit that began first is on disk before the unsubscribe."""
    add_readers(store, 0)
    asked = Event()
    with owned(store, tmp_path) as held, ThreadPoolExecutor(1) as thread:
        mailing = sending(held)

        def commit() -> Committed:
            asked.set()
            return ledger.commit(held, mailing.id, (), [Intent(1, 0, DIGEST)], at(1))

        with store.writing() as connection:
            left = update(schema.subscribers).where(schema.subscribers.c.mark == mark(0))
            connection.execute(left.values(state=SubscriberState.UNSUBSCRIBED.value))
            came = thread.submit(commit)
            assert asked.wait(LONG)
            if not store.on_sqlite:
                _until_somebody_waits(store)
        assert came.result(LONG).suppressed == {1}
        assert came.result(LONG).granted == frozenset()


def _until_somebody_waits(store: Store) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with store.session() as connection:
        while not connection.scalar(text(waiting)):
            connection.execute(text("SELECT pg_sleep(0.01)"))


def test_a_database_that_is_held_too_long_is_told_and_nothing_is_lost(address: str, tmp_path: Path) -> None:
    """The commit raises `StoreBusy`, the right stays, and the same commit works when the other writer is done."""
    with open_store(address, busy_timeout=0.2) as store:
        keep_editions(store)
        add_readers(store, 0)
        with owned(store, tmp_path) as held:
            mailing = sending(held)
            with store.writing(), pytest.raises(StoreBusy):
                ledger.commit(held, mailing.id, (), [Intent(1, 0, DIGEST)], at(1))
            assert ledger.commit(held, mailing.id, (), [Intent(1, 0, DIGEST)], at(1)).granted == {1}
            assert mailings.get(store, mailing.id).state is MailingState.SENDING
