"""Brings a database to today's tables. Alembic is imported only where there is something to do: that is slow."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, func, inspect, select

from newsletter.model.errors import ConfigError
from newsletter.store.causes import Place
from newsletter.store.connect import for_reading, for_writing, without_transaction
from newsletter.store.errors import StoreError
from newsletter.store.schema import HEAD

MIGRATIONS = Path(__file__).parent / "migrations"
_TURN = 0x6E657773  # "news": the advisory lock of PostgreSQL that lets one process at a time upgrade

_RECORD = Table("alembic_version", MetaData(), Column("version_num", String(32)))


def upgrade(engine: Engine, place: Place) -> None:
    """Makes or changes the tables in one transaction, so that a process killed meanwhile leaves them as they were.

    Processes that start at once take turns. Raises `ConfigError` for a database that a newer program has changed.
    """
    if engine.dialect.name != "sqlite":
        _upgrade(engine, place)
        return
    with _turn_at(Path(str(engine.url.database)), place):
        _upgrade(engine, place)
        _write_ahead(engine)


def recorded(connection: Connection) -> str | None:
    """The migration that the database stands at; None: it has no tables of ours."""
    if not inspect(connection).has_table(_RECORD.name):
        return None
    return connection.scalar(select(_RECORD.c.version_num))


def _upgrade(engine: Engine, place: Place) -> None:
    with for_reading(engine).connect() as connection:
        if _current(recorded(connection), place):
            return
    with for_writing(engine).begin() as connection:
        if engine.dialect.name != "sqlite":
            connection.execute(select(func.pg_advisory_xact_lock(_TURN)))
        if not _current(recorded(connection), place):
            _migrate(connection)


def _current(version: str | None, place: Place) -> bool:
    if version in (None, HEAD):
        return version == HEAD
    if not any(MIGRATIONS.glob(f"versions/{version}_*.py")):
        what = f"{place.name} was changed by a newer version of the program (step {version}, this one knows {HEAD})"
        raise ConfigError("DATABASE_URL", f"{what}; install that version, or restore a backup from before")
    return False


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, "head")


@contextmanager
def _turn_at(database: Path, place: Place) -> Iterator[None]:
    """One process at a time. SQLite's own locks do not wait where the journal's mode is changed."""
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        file = database.with_name(f"{database.name}.lock").open("ab")
    except OSError as error:
        what = f"{place.name} cannot be made or opened: {error.strerror}"
        raise StoreError(f"{what}; look who owns its folder") from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _write_ahead(engine: Engine) -> None:
    """Readers and a writer do not wait for each other in this mode. The file itself remembers it."""
    with without_transaction(engine).connect() as connection:
        if connection.exec_driver_sql("PRAGMA journal_mode").scalar() != "wal":
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
