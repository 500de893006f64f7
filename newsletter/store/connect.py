"""How each kind of database is reached, and what every connection to it is told first."""

from __future__ import annotations

from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from newsletter.model.errors import ConfigError
from newsletter.store.causes import Place

_KEY = "DATABASE_URL"
_HOW = "write it as postgresql://user:password@host/name, or leave it out to use var/newsletter.db"

_BEGIN = "newsletter_begin"  # the execution option that says how an SQLite transaction begins


def parsed(address: str) -> URL:
    """The address with the driver that we use. Raises `ConfigError`, which never quotes the address."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):  # unchained: the cause may quote the password
        raise ConfigError(_KEY, f"{_KEY} is not the address of a database; {_HOW}") from None
    kind = url.drivername.partition("+")[0]
    if kind == "sqlite":
        if not url.database or url.database == ":memory:":
            raise ConfigError(_KEY, f"{_KEY} names no file; {_HOW}")
        return url.set(drivername="sqlite")
    if kind in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    raise ConfigError(_KEY, f"{_KEY} names {kind}, which is not supported; {_HOW}")


def place_of(url: URL) -> Place:
    """The database as messages name it."""
    if url.drivername == "sqlite":
        return Place(f"the database {url.database}")
    return Place(f"the database {url.database} at {url.host or url.query.get('host', 'localhost')}", url.password)


def engine_of(url: URL, busy_timeout: float) -> Engine:
    """Connections to this database. No value bound to a statement ever stands in an error or a log."""
    return _sqlite(url, busy_timeout) if url.drivername == "sqlite" else _postgresql(url, busy_timeout)


def for_reading(engine: Engine) -> Engine:
    """The same connections, for transactions that only read."""
    return engine.execution_options(**{_BEGIN: "BEGIN"})


def for_writing(engine: Engine) -> Engine:
    """The same, for those that write. SQLite is told at once: a transaction that begins as a reader's and turns into a
    writer's can be refused in a way that no waiting cures."""
    return engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})


def without_transaction(engine: Engine) -> Engine:
    """The same; SQLite begins no transaction."""
    return engine.execution_options(**{_BEGIN: None})


def _sqlite(url: URL, busy_timeout: float) -> Engine:
    engine = create_engine(url, hide_parameters=True, max_overflow=-1, connect_args={"timeout": busy_timeout})

    @event.listens_for(engine, "connect")
    def connected(connection: SqliteConnection, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself; `begun` does
        connection.execute("PRAGMA synchronous=FULL")  # a commit survives a power cut
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        if statement := connection.get_execution_options().get(_BEGIN, "BEGIN"):
            connection.exec_driver_sql(statement)

    return engine


def _postgresql(url: URL, busy_timeout: float) -> Engine:
    patience = {"connect_timeout": url.query.get("connect_timeout", "10")}  # seconds
    engine = create_engine(url.update_query_dict(patience), hide_parameters=True, max_overflow=-1, pool_pre_ping=True)

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{int(busy_timeout * 1000)}ms"])
        connection.commit()

    return engine
