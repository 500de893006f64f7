"""What a mailing comes through: full disks, held databases, killed workers, clocks set back. Nothing is doubled."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from newsletter.deliver.progress import Progress
from newsletter.model.mailing import DeliveryState, MailingState, Pause
from newsletter.store import mailings
from newsletter.store.engine import Store, open_store
from newsletter.store.errors import StoreFull
from newsletter.store.owning import Owned
from tests.delivering import ANA, MANY, After, Clock, everyone_once, got, mailing_to, run, smtp, sums
from tests.killing import workers_of
from tests.mailing import opened, owned, rows
from tests.smtpserver import Received, SmtpServer, hang_up, say, usual

S = DeliveryState


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened("sqlite", tmp_path) as made_store:
        yield made_store


@pytest.fixture
def held(store: Store, tmp_path: Path) -> Iterator[Owned]:
    with owned(store, tmp_path) as right:
        yield right


@contextmanager
def short_of_room() -> Iterator[None]:
    """No file of this process may grow: a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_stops_the_next_go_and_the_mailing_goes_on_by_itself(held: Owned) -> None:
    """It is shown as paused by the disk; what servers said meanwhile is kept, nothing is lost, doubled or unknown."""
    room = short_of_room()
    mailing = mailing_to(held, MANY)
    clock = Clock(tick=timedelta(seconds=1))
    at_full: list[int] = []

    def look(progress: Progress) -> None:
        if progress.pause is Pause.DISK and len(clock.seen) > 30 and not at_full:
            at_full.append(len(server.messages))
            room.__exit__(None, None, None)

    clock.then = look
    with SmtpServer(on_message=After(10, lambda: room.__enter__())) as server:
        assert run(held, mailing, smtp(server.port), clock) is MailingState.SENT
        assert everyone_once(server, MANY)
    assert sums(held.store, mailing) == {S.ACCEPTED: MANY}
    assert 10 <= at_full[0] <= 12
    assert any("cannot grow: the disk is full" in (progress.trouble or "") for progress in clock.seen)


def test_a_run_told_to_stop_while_the_disk_is_full_says_so(held: Owned) -> None:
    """It waits for nobody; what could not be written down is for the next owner to call unknown."""
    room = short_of_room()
    mailing = mailing_to(held, MANY)
    stop = threading.Event()
    clock = Clock(then=lambda progress: stop.set() if progress.pause is Pause.DISK else None)
    with SmtpServer(on_message=After(10, lambda: room.__enter__())) as server:
        with pytest.raises(StoreFull):
            run(held, mailing, smtp(server.port), clock, stop=stop)
        room.__exit__(None, None, None)
        assert run(held, mailing, smtp(server.port)) is MailingState.UNRESOLVED
        assert everyone_once(server, MANY)
    assert sums(held.store, mailing)[S.UNKNOWN] <= 2


def test_a_database_held_by_another_for_long_is_waited_for(tmp_path: Path, held: Owned) -> None:
    """No Go is given meanwhile, and nobody's message is lost or doubled."""
    address = f"sqlite:///{tmp_path / 'var' / 'newsletter.db'}"
    mailing = mailing_to(held, MANY)
    clock = Clock(tick=timedelta(seconds=1))
    with (
        closing(
            sqlite3.connect(tmp_path / "var" / "newsletter.db", isolation_level=None, check_same_thread=False)
        ) as db,
        open_store(address, busy_timeout=0.05) as impatient,
    ):
        released: list[int] = []

        def look(progress: Progress) -> None:
            if "held by another process" in (progress.trouble or "") and len(clock.seen) > 30 and not released:
                released.append(len(server.messages))
                db.execute("ROLLBACK")

        clock.then = look
        with SmtpServer(on_message=After(10, lambda: db.execute("BEGIN IMMEDIATE"))) as server:
            right = Owned(impatient, held.fileno)
            assert run(right, mailing, smtp(server.port), clock) is MailingState.SENT
            assert everyone_once(server, MANY)
    assert 10 <= released[0] <= 12
    assert sums(held.store, mailing) == {S.ACCEPTED: MANY}


def kill_workers(*_: object) -> None:
    """Ends all worker processes of this process, as the machine would when it has no memory left."""
    for worker in workers_of(os.getpid()):
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)


def test_workers_that_are_killed_are_replaced_and_what_they_carried_is_unknown(held: Owned) -> None:
    """At most one row a connection, at once and with the reason in words; all others are sent."""
    mailing = mailing_to(held, MANY)
    with SmtpServer(on_message=After(10, kill_workers)) as server:
        assert run(held, mailing, smtp(server.port), processes=2) is MailingState.UNRESOLVED
        assert max(got(server).values()) == 1
    unknown = [row.answer for row in rows(held.store, mailing).values() if row.state is S.UNKNOWN]
    assert 1 <= len(unknown) <= 2
    assert all(answer and "the worker was killed" in answer.said for answer in unknown)
    assert sums(held.store, mailing) == {S.ACCEPTED: MANY - len(unknown), S.UNKNOWN: len(unknown)}


def test_workers_that_never_live_long_pause_the_mailing(held: Owned) -> None:
    """They are tried three times each; then a person is asked."""
    mailing = mailing_to(held, MANY)

    with SmtpServer() as server:
        server.at("MAIL", usual(delay=5))
        assert run(held, mailing, smtp(server.port), Clock(then=kill_workers), processes=2) is MailingState.PAUSED
    assert "end as soon as they start" in (mailings.get(held.store, mailing.id).words or "")
    assert sums(held.store, mailing) == {S.PLANNED: MANY}


def test_a_clock_set_back_an_hour_changes_nothing(held: Owned) -> None:
    """Nobody is lost or written to twice, and nobody waits for the hour to pass again."""
    mailing = mailing_to(held, MANY)
    clock = Clock()
    with SmtpServer(on_message=After(10, lambda: clock.forward(hours=-1))) as server:
        server.at("RCPT", say("451 4.2.1 busy"), to=ANA, times=1)
        server.at("MAIL", hang_up(), times=3)
        assert run(held, mailing, smtp(server.port), clock) is MailingState.SENT
        assert everyone_once(server, MANY)


def test_a_lost_connection_to_postgresql_is_taken_up_again(tmp_path: Path) -> None:
    """Every session is ended while messages are under way, again and again: the right to send is taken anew, and not
    one row is lost, doubled or unknown."""
    clock, cuts, lock = Clock(tick=timedelta(seconds=1)), [False], threading.Lock()
    end_all = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    with opened("postgresql", tmp_path) as store, owned(store, tmp_path) as held, opened_again(store) as other:

        def cut(message: Received) -> None:
            with lock:
                cuts.append(len(server.messages) % 9 == 5)
                if cuts[-1]:
                    with other.session() as connection:
                        connection.execute(end_all)

        mailing = mailing_to(held, MANY)
        with SmtpServer(on_message=cut) as server:
            assert run(held, mailing, smtp(server.port), clock) is MailingState.SENT
            assert everyone_once(server, MANY)
        assert sums(store, mailing) == {S.ACCEPTED: MANY}
        assert sum(cuts) >= 3


@contextmanager
def opened_again(store: Store) -> Iterator[Store]:
    with store.reading() as connection:
        url = connection.engine.url.render_as_string(hide_password=False)
    with open_store(url) as other:
        yield other
