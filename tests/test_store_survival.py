"""What the database comes through: kills, full disks, processes at once. Nothing told as done is lost or doubled."""

from __future__ import annotations

import multiprocessing
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from newsletter.model.identity import Changed, New
from newsletter.model.item import ItemId, Original, Reading
from newsletter.model.source import SourceId, SourceState
from newsletter.store import items, sources
from newsletter.store.engine import Store, file_url, open_store
from newsletter.store.errors import AlreadyHeld, StoreBusy, StoreError, StoreFull, StoreUnreachable
from newsletter.store.locks import hold
from tests.postgres import KINDS, empty_database, fresh_database
from tests.test_store_items import entry

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)
WIRE = SourceId("wire")
LONG = 60  # seconds that nothing here takes

# Children are forked from a clean process that has imported this module already: quick, and nothing of ours is in them.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.test_store_survival"])


@pytest.fixture(params=KINDS)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with fresh_database(request.param, tmp_path) as made:
        yield made


@pytest.fixture(params=KINDS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with empty_database(request.param, tmp_path) as made:
        yield made


class Child:
    """A process of its own, and the pipe to it. It is gone when the block is left."""

    def __init__(self, work: Callable[..., None], *arguments: object) -> None:
        self.pipe, theirs = PROCESSES.Pipe()
        self.process: BaseProcess = PROCESSES.Process(target=work, args=(theirs, *arguments), daemon=True)
        self.process.start()
        theirs.close()

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self.pipe.close()

    def says(self) -> Any:
        """The next thing it says."""
        assert self.pipe.poll(LONG), "the other process says nothing"
        return self.pipe.recv()

    def kill(self) -> None:
        """As the machine's operator would, with -9."""
        self.process.kill()
        self.process.join(LONG)


def reading(number: int, octets: int = 3_000) -> Reading:
    body = random.Random(number).randbytes(octets)
    return Reading(entry(f"g-{number}", title=f"Item {number}"), Original(media_type="text/html", data=body))


def record_next(store: Store, number: int) -> tuple[ItemId, ...]:
    """Records an item and changes the one before, together with a state that names the number."""
    before = reading(number - 1).entry
    changes: tuple[New | Changed, ...] = (New(reading(number)),)
    if number > 1:
        changes += (Changed(ItemId(f"wire-{number - 1}"), Reading(entry(before.guid, title="Changed"), None)),)
    return items.record(store, WIRE, changes, SourceState(source=WIRE, body=str(number)), NOW)


# Killed


def go_on_recording(pipe: Connection, address: str) -> None:
    with open_store(address) as store:
        number = len(items.known(store, WIRE))
        pipe.send("ready")
        while True:
            number += 1
            pipe.send((number, record_next(store, number)))


@pytest.mark.parametrize(("kind", "kills"), [("sqlite", 20), ("postgresql", 6)])
def test_a_process_killed_while_it_records_loses_and_doubles_nothing(kind: str, kills: int, tmp_path: Path) -> None:
    """What it said was recorded is there, once, whole, and the source's state is that of its newest item."""
    dice, told = random.Random(7), 0
    with fresh_database(kind, tmp_path) as address:
        for _ in range(kills):
            with Child(go_on_recording, address) as child:
                assert child.says() == "ready"
                for _ in range(dice.randrange(1, 4)):
                    told = child.says()[0]
                child.pipe.poll(dice.random() * 0.01)
            with open_store(address) as store:
                _all_is_whole(store, told)
        assert told >= kills


def _all_is_whole(store: Store, told: int) -> None:
    there = items.items(store)
    count = len(there)
    assert count >= told
    assert [item.id for item in there] == [f"wire-{number}" for number in range(1, count + 1)]
    assert [item.entry.guid for item in there] == [f"g-{number}" for number in range(1, count + 1)]
    assert [item.versions for item in there] == [2] * (count - 1) + [1] * bool(count)
    if count:
        assert sources.states(store)[WIRE].body == str(count)
        assert items.original(store, there[-1].id) == reading(count).original


def migrate_until_killed(pipe: Connection, address: str, statements: int) -> None:
    left = iter(range(statements))

    @event.listens_for(Engine, "after_cursor_execute")
    def executed(*told: object) -> None:
        if str(told[2]).lstrip().startswith(("CREATE", "INSERT")) and next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    open_store(address).close()
    pipe.send("done")


@pytest.mark.parametrize("statements", [0, 1, 5, 10])
def test_a_migration_killed_half_way_has_not_happened(empty: str, statements: int) -> None:
    """The next start makes the tables, as if nothing had been."""
    with Child(migrate_until_killed, empty, statements) as child:
        child.process.join(LONG)
        assert child.process.exitcode == -signal.SIGKILL
    with open_store(empty) as store:
        record_next(store, 1)
        _all_is_whole(store, 1)


# At once


def open_and_pause(pipe: Connection, address: str, moment: str) -> None:
    paused = iter([False, True])

    @event.listens_for(Engine, "after_cursor_execute")
    def executed(*told: object) -> None:
        if moment and str(told[2]).lstrip().startswith(moment) and not next(paused, True):
            pipe.send("paused")
            pipe.recv()

    pipe.send(_opened(address))


def _opened(address: str) -> object:
    try:
        with open_store(address) as store:
            return len(sources.states(store))
    except StoreError as error:
        return str(error)


def test_a_process_that_starts_while_another_makes_the_tables_waits(empty: str) -> None:
    """The first is stopped in the middle of its work; both find a database at the end."""
    with Child(open_and_pause, empty, "CREATE TABLE") as first:
        assert first.says() == "paused"
        with Child(open_and_pause, empty, "") as second:
            second.pipe.poll(0.3)
            first.pipe.send("go on")
            assert (first.says(), second.says()) == (0, 0)


def open_in_step(pipe: Connection, addresses: list[str], together: Barrier) -> None:
    for address in addresses:
        together.wait(LONG)
        pipe.send(_opened(address))


def test_processes_that_start_at_once_do_not_fight(tmp_path: Path) -> None:
    """SQLite changes the mode of its journal only while nobody else does, and waits for nobody: they take turns."""
    addresses = []
    for number in range(40):
        (tmp_path / str(number)).mkdir()
        with fresh_database("sqlite", tmp_path / str(number)) as address:
            addresses.append(address)
        with closing(sqlite3.connect(tmp_path / str(number) / "var" / "newsletter.db")) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    together = PROCESSES.Barrier(3)
    with ExitStack() as stack:
        children = [stack.enter_context(Child(open_in_step, addresses, together)) for _ in range(3)]
        assert [child.says() for child in children for _ in addresses] == [0] * 120


def record_at_once(pipe: Connection, address: str, numbers: list[int]) -> None:
    with open_store(address) as store:
        pipe.send("ready")
        pipe.recv()
        brought = 0
        for number in numbers:
            batch = items.Batch(WIRE, (New(reading(number)),), SourceState(source=WIRE))
            brought += items.record_all(store, [batch], NOW)[0]
        pipe.send(brought)


def test_processes_that_record_the_same_at_once_double_nothing(address: str) -> None:
    """Each entry is one item with one version, and counted as new by one of them."""
    with ExitStack() as stack:
        children = [stack.enter_context(Child(record_at_once, address, list(range(30)))) for _ in range(3)]
        assert [child.says() for child in children] == ["ready"] * 3
        for child in children:
            child.pipe.send("go")
        assert sum(child.says() for child in children) == 30
    with open_store(address) as store:
        there = items.items(store)
        assert sorted(item.entry.title for item in there) == sorted(f"Item {number}" for number in range(30))
        assert {item.versions for item in there} == {1}


def record_one(store: Store) -> object:
    return record_next(store, 1)


def purge_all(store: Store) -> object:
    return items.purge(store, NOW + timedelta(days=1), set())


@pytest.mark.parametrize("work", [record_one, purge_all])
def test_a_writer_waits_for_the_one_before(address: str, work: Callable[[Store], object]) -> None:
    """It does nothing meanwhile, and succeeds when the other is done."""
    with open_store(address) as store, open_store(address) as other, ThreadPoolExecutor() as threads:
        with store.writing() as connection:
            sources.write(store, connection, [SourceState(source=WIRE)])
            second = threads.submit(work, other)
            assert wait([second], timeout=0.3).not_done
        second.result(LONG)


def test_a_writer_is_one_from_its_first_statement(tmp_path: Path) -> None:
    """Who has read what another then changes could not write any more, however long it waited."""
    with (
        fresh_database("sqlite", tmp_path) as address,
        open_store(address) as store,
        open_store(address) as other,
        ThreadPoolExecutor() as threads,
    ):
        with store.writing() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM sources").scalar() == 0
            second = threads.submit(record_one, other)
            assert wait([second], timeout=0.3).not_done
            sources.write(store, connection, [SourceState(source=WIRE)])
        assert second.result(LONG) == ("wire-1",)


def test_a_writer_that_waits_too_long_says_so(address: str) -> None:
    """In words, and as an error that says that trying again may help."""
    with open_store(address) as store, open_store(address, busy_timeout=0.05) as other, store.writing() as connection:
        sources.write(store, connection, [SourceState(source=WIRE)])
        with pytest.raises(StoreBusy, match="held by another process; wait until that is done"):
            record_one(other)


def test_a_reader_waits_for_nobody(address: str) -> None:
    """It sees what was there before the writer began."""
    with open_store(address) as store, open_store(address, busy_timeout=0.05) as other:
        record_next(store, 1)
        with store.writing() as connection:
            sources.write(store, connection, [SourceState(source=WIRE, body="later")])
            assert sources.states(other)[WIRE].body == "1"


# Room and reach


def record_with_little_room(pipe: Connection, address: str, room: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    with open_store(address) as store:
        number = 0
        while True:
            try:
                number += 1
                pipe.send(record_next(store, number))
            except StoreError as error:
                pipe.send((type(error).__name__, str(error)))
                return


@pytest.mark.parametrize("room", [201_000, 250_000, 333_333])
def test_a_full_disk_is_told_in_words_and_the_next_run_goes_on(tmp_path: Path, room: int) -> None:
    """A child whose files may grow so far stands for a disk: what it said was recorded is there, and nothing halved."""
    told = 0
    with fresh_database("sqlite", tmp_path) as address:
        with Child(record_with_little_room, address, room) as child:
            while (said := child.says())[0] == f"wire-{told + 1}":
                told += 1
        assert said[0] == StoreFull.__name__
        assert "newsletter.db cannot grow: the disk is full" in said[1]
        assert told > 2
        with open_store(address) as store:
            _all_is_whole(store, told)
            record_next(store, told + 1)
            _all_is_whole(store, told + 1)
            with store.reading() as connection:
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_a_server_that_hangs_up_is_told_in_words_and_found_again(tmp_path: Path) -> None:
    """The transaction it hung up in has not happened; the next call has a connection."""

    def hung_up_on() -> None:
        with store.writing() as connection:
            sources.write(store, connection, [SourceState(source=WIRE)])
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with fresh_database("postgresql", tmp_path) as address, open_store(address) as store:
        with pytest.raises(StoreUnreachable, match="try again later"):
            hung_up_on()
        assert sources.states(store) == {}


# Locks


def hold_on(pipe: Connection, address: str, root: Path) -> None:
    with open_store(address) as store, hold(store, "gather", root, NOW):
        pipe.send(os.getpid())
        pipe.recv()
    pipe.send("released")
    pipe.recv()


def test_a_lock_is_held_once_and_says_by_whom(address: str, tmp_path: Path) -> None:
    """The second is told at once who holds it and since when; another name is free."""
    with Child(hold_on, address, tmp_path) as child, open_store(address) as store:
        pid = child.says()
        with pytest.raises(
            AlreadyHeld, match=f"gather is running already, by process {pid} since 2026-11-25 13:00 UTC"
        ):
            hold(store, "gather", tmp_path, NOW).__enter__()
        with hold(store, "purge", tmp_path, NOW):
            pass
        child.pipe.send("let go")
        assert child.says() == "released"
        with hold(store, "gather", tmp_path, NOW):
            pass


def test_a_lock_is_held_once_in_one_process_too(address: str, tmp_path: Path) -> None:
    """Two threads of the desk are two as well; whatever happens in the block, the lock is free afterwards."""

    def failing() -> None:
        with hold(store, "gather", tmp_path, NOW):
            raise ZeroDivisionError

    with open_store(address) as store:
        with hold(store, "gather", tmp_path, NOW), pytest.raises(AlreadyHeld):
            failing()
        with pytest.raises(ZeroDivisionError):
            failing()
        with hold(store, "gather", tmp_path, NOW):
            pass


def test_a_lock_that_cannot_be_written_is_told_in_words(tmp_path: Path) -> None:
    """Which file, and what to look at."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "var").write_text("a file where a folder should be")
    words = r"var/gather\.lock cannot be written: .*; look who owns its folder"
    with (
        fresh_database("sqlite", tmp_path / "elsewhere") as address,
        open_store(address) as store,
        pytest.raises(StoreError, match=words),
    ):
        hold(store, "gather", tmp_path, NOW).__enter__()


def test_a_killed_process_holds_no_lock(address: str, tmp_path: Path) -> None:
    """No file to delete, no time to wait out."""
    with Child(hold_on, address, tmp_path) as child, open_store(address, busy_timeout=LONG) as store:
        child.says()
        child.kill()
        _until_the_server_has_noticed(store)
        with hold(store, "gather", tmp_path, NOW + timedelta(minutes=1)):
            pass


def _until_the_server_has_noticed(store: Store) -> None:
    """PostgreSQL reads the end of a killed client's connection a moment later; the session is waited for."""
    if store.on_sqlite:
        return
    held = "SELECT ((classid::bigint << 32) | objid::bigint) AS key FROM pg_locks WHERE locktype = 'advisory'"
    with store.session() as connection:
        connection.execute(text(f"SELECT pg_advisory_lock(key) FROM ({held}) AS held"))


def test_locks_of_two_databases_are_two(tmp_path: Path) -> None:
    """Two publications may use one server."""
    with ExitStack() as stack:
        for _ in range(2):
            address = stack.enter_context(fresh_database("postgresql", tmp_path))
            stack.enter_context(hold(stack.enter_context(open_store(address)), "gather", tmp_path, NOW))


# The cost of starting


def test_opening_a_database_that_is_ready_imports_no_alembic(tmp_path: Path) -> None:
    """Nor do the errors of the room import SQLAlchemy: a command that uses no database pays for none."""
    with closing(open_store(file_url(tmp_path / "newsletter.db"))):
        pass
    program = (
        "import sys; import newsletter.store.errors; assert 'sqlalchemy' not in sys.modules;"
        "from newsletter.store.engine import open_store; open_store(sys.argv[1]).close();"
        "print([name for name in ('alembic', 'psycopg') if name in sys.modules])"
    )
    command = [sys.executable, "-c", program, file_url(tmp_path / "newsletter.db")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"
