"""The database, opened: SQLite in a file, or PostgreSQL where the address names one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL

from newsletter.store.causes import Place, in_words
from newsletter.store.connect import engine_of, for_reading, for_writing, parsed, place_of
from newsletter.store.errors import StoreUnreachable
from newsletter.store.upgrade import make, recorded, upgrade

_LOOK_EVERY = 30.0  # seconds until somebody looks again whether the tables are today's
_WRITERS = 0x6E657774  # "newt": the advisory lock of PostgreSQL that writers share, and one who must be alone takes

Transaction = (
    Connection  # what `writing` gives, for those above this room: they hand it back, and look at nothing in it
)


class Store:
    """An opened database. Shells and actions hand it to the functions of this room, which alone look inside."""

    def __init__(self, engine: Engine, place: Place) -> None:
        self._place = place
        self._readers, self._writers = for_reading(engine), for_writing(engine)
        self.on_sqlite = engine.dialect.name == "sqlite"
        autocommit = {} if self.on_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._glancers = self._readers.execution_options(**autocommit)
        one_moment = {} if self.on_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._snapshots = self._readers.execution_options(**one_moment)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes all connections. A second time is harmless."""
        self._readers.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that changes nothing. Raises `StoreError`."""
        with in_words(self._place), self._readers.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A transaction in which every statement sees the same moment, however long it lasts; writers go on beside it.
        Raises `StoreError`."""
        with in_words(self._place), self._snapshots.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def glancing(self) -> Iterator[Connection]:
        """For statements that read and need not see the same moment: with PostgreSQL in no transaction, which spares
        two round trips. Raises `StoreError`."""
        if self.on_sqlite:
            with self.reading() as connection:
                yield connection
        else:
            with in_words(self._place), self._glancers.connect() as connection:
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is on disk, whole, when the block is left, or not at all. Raises `StoreError`."""
        with in_words(self._place), self._writers.connect() as connection, connection.begin():
            if not self.on_sqlite:
                connection.execute(select(func.pg_advisory_xact_lock_shared(_WRITERS)))
            yield connection

    @contextmanager
    def writing_alone(self) -> Iterator[Connection]:
        """The same, with no other writer at the same time, as is always so with SQLite. Raises `StoreError`."""
        with in_words(self._place), self._writers.connect() as connection, connection.begin():
            if not self.on_sqlite:
                connection.execute(select(func.pg_advisory_xact_lock(_WRITERS)))
            yield connection

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """A session of a PostgreSQL server that belongs to nobody else and stands in no transaction; what the server
        ties to it ends with the block. Raises `StoreError`."""
        with in_words(self._place), self._readers.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").detach()
            yield connection

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Whatever the database refuses inside becomes a `StoreError`."""
        with in_words(self._place):
            yield

    def session_to_keep(self) -> Connection:
        """A session of a PostgreSQL server for `writing_on`; whoever asked for it closes it. Raises `StoreError`."""
        with in_words(self._place):
            session = self._writers.connect().execution_options(isolation_level="READ COMMITTED")
            session.detach()
            return session

    @contextmanager
    def writing_on(self, session: Connection, number: int) -> Iterator[Connection]:
        """The same as `writing_alone`, in the very session that the server calls by this number: what else the session
        holds is held when the transaction is committed. Raises `StoreUnreachable` where it is lost, `StoreError`."""
        if session.closed or session.invalidated:  # a connection would be made anew, silently
            raise StoreUnreachable(f"{self._place.name} has closed the session that held a lock; take the lock again")
        with in_words(self._place), session.begin():
            row = session.execute(select(func.pg_backend_pid(), func.pg_advisory_xact_lock(_WRITERS))).one()
            if row[0] != number:
                raise StoreUnreachable(f"{self._place.name} has changed the session; use no pooler in between")
            yield session

    def upsert(self, table: Table, changing: Iterable[str] = ()) -> sqlite.Insert | postgresql.Insert:
        """An insert that, where a row with this primary key is there already, sets only the columns `changing`."""
        statement = sqlite.insert(table) if self.on_sqlite else postgresql.insert(table)
        keys = [column.name for column in table.primary_key]
        if columns := {name: statement.excluded[name] for name in changing}:
            return statement.on_conflict_do_update(index_elements=keys, set_=columns)
        return statement.on_conflict_do_nothing(index_elements=keys)


_lender: _Lender | None = None


def file_url(path: Path) -> str:
    """The address of an SQLite database in a file, for `open_store`."""
    return URL.create("sqlite", database=str(path.absolute())).render_as_string()


class _Lent(Store):
    """A database that stays open when whoever asked for it is done with it."""

    def close(self) -> None:
        """Leaves it open."""


@dataclass
class _Loan:
    lent: _Lent
    engine: Engine
    place: Place
    looked: float  # when its tables were last seen to be today's


class _Lender:
    """Databases that stay open for whoever asks next. Now and then their tables are looked at again."""

    def __init__(self, ticks: Callable[[], float], longest_wait: float) -> None:
        self._ticks, self._longest_wait, self._lock = ticks, longest_wait, threading.Lock()
        self._loans: dict[tuple[object, ...], _Loan] = {}

    def lend(self, address: str, busy_timeout: float) -> Store:
        """The database, open already or opened now. Raises as `open_store`."""
        url, busy_timeout = parsed(address), min(busy_timeout, self._longest_wait)
        with self._lock:
            loan = self._loans.get((address, busy_timeout, _file_of(url)))
            if loan is None:
                engine, place = _opened(address, busy_timeout, make)
                loan = _Loan(_Lent(engine, place), engine, place, self._ticks())
                self._loans[address, busy_timeout, _file_of(url)] = loan
            elif not 0 <= self._ticks() - loan.looked < _LOOK_EVERY:
                with in_words(loan.place):
                    make(loan.engine, loan.place)
                loan.looked = self._ticks()
            return loan.lent

    def close(self) -> None:
        """Closes all of them."""
        for loan in self._loans.values():
            loan.engine.dispose()


def _file_of(url: URL) -> tuple[int, int] | None:
    """Which file an SQLite database is: another one may lie at its place tomorrow."""
    try:
        found = Path(url.database or "").stat() if url.drivername == "sqlite" else None
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found else None


@contextmanager
def staying_open(ticks: Callable[[], float], longest_wait: float = 60.0) -> Iterator[None]:
    """Lets `open_store` hand out databases that stay open, in all threads of this process, until the block is left.

    Opening one takes ten times as long as most of what a page asks of it. Twice a minute of `ticks`, the seconds of a
    clock that never goes back, its tables are looked at again: somebody may have brought them to another step. For
    servers, which hold it from their beginning to their end; not to be nested. Nobody waits for another process longer
    than `longest_wait`, in seconds.
    """
    global _lender
    _lender = lender = _Lender(ticks, longest_wait)
    try:
        yield
    finally:
        _lender = None
        lender.close()


def open_store(address: str, busy_timeout: float = 60.0) -> Store:
    """The database at this address, with today's tables; made where there is none.

    `busy_timeout`, in seconds, is how long a call waits for another process before it raises `StoreBusy`. Raises
    `ConfigError` for an address that is none and for a database of another version of the program (`OlderDatabase`
    where `upgrade_store` would do), `StoreError` for one that cannot be used.
    """
    lender = _lender
    return Store(*_opened(address, busy_timeout, make)) if lender is None else lender.lend(address, busy_timeout)


def open_as_it_is(address: str, busy_timeout: float = 60.0) -> Store:
    """The database at this address, whatever tables it has: for those who copy it whole. Raises as `open_store`."""
    return Store(*_opened(address, busy_timeout, _left_alone))


def upgrade_store(address: str, busy_timeout: float = 60.0) -> None:
    """Brings the database to today's tables, whole or not at all. Raises as `open_store`, but for `OlderDatabase`."""
    Store(*_opened(address, busy_timeout, upgrade)).close()


def step_of(store: Store) -> str | None:
    """The step that the tables stand at; None: there are none of ours."""
    with store.reading() as connection:
        return recorded(connection)


def _opened(address: str, busy_timeout: float, prepared: Callable[[Engine, Place], None]) -> tuple[Engine, Place]:
    url = parsed(address)
    place = place_of(url)
    engine = engine_of(url, busy_timeout)
    try:
        with in_words(place):
            prepared(engine, place)
    except BaseException:
        engine.dispose()
        raise
    return engine, place


def _left_alone(_engine: Engine, _place: Place) -> None:
    """Nothing is made and nothing changed."""
