"""The tables of a database: made where there are none, and brought to today's where somebody asks for that.

Alembic is imported only where there is something to do: that is slow.
"""

from __future__ import annotations

import fcntl
import threading
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
_ALEMBIC = threading.Lock()  # it keeps what it is at in names of its modules: one migration at a time in a process
_TURN = 0x6E657773  # "news": the advisory lock of PostgreSQL that lets one process at a time upgrade

_RECORD = Table("alembic_version", MetaData(), Column("version_num", String(32)))
RECORD = _RECORD.name  # the table that says where a database stands


class OlderDatabase(ConfigError):
    """The database was made by an older version of the program, and nobody has said that it may be changed."""

    def __init__(self, place: Place, step: str) -> None:
        self.step = step
        what = f"{place.name} was made by an older version of the program (step {step}, this one needs {HEAD})"
        super().__init__("DATABASE_URL", f"{what}; run `newsletter upgrade`, which makes a backup first")


def make(engine: Engine, place: Place) -> None:
    """Makes the tables in a database that has none, in one transaction; one that has today's is left as it is.

    Processes that start at once take turns. Raises `OlderDatabase`, and `ConfigError` for a database that a newer
    program has changed.
    """
    _brought(engine, place, upgrading=False)


def upgrade(engine: Engine, place: Place) -> None:
    """Makes or changes the tables in one transaction, so that a process killed meanwhile leaves them as they were.

    Processes that start at once take turns. Raises `ConfigError` for a database that a newer program has changed.
    """
    _brought(engine, place, upgrading=True)


def recorded(connection: Connection) -> str | None:
    """The migration that the database stands at; None: it has no tables of ours."""
    if not inspect(connection).has_table(_RECORD.name):
        return None
    return connection.scalar(select(_RECORD.c.version_num))


def is_known(step: str) -> bool:
    """Whether this program has a migration of this name."""
    return step.isalnum() and any(MIGRATIONS.glob(f"versions/{step}_*.py"))


def migrate(connection: Connection, step: str = HEAD) -> None:
    """Brings the tables to a step, in the transaction that the connection stands in."""
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(_TURN)))
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with _ALEMBIC:
        command.upgrade(config, step)


def _brought(engine: Engine, place: Place, *, upgrading: bool) -> None:
    if engine.dialect.name != "sqlite":
        _migrated(engine, place, upgrading)
        return
    with _turn_at(Path(str(engine.url.database)), place):
        _migrated(engine, place, upgrading)
        _write_ahead(engine)


def _migrated(engine: Engine, place: Place, upgrading: bool) -> None:
    with for_reading(engine).connect() as connection:
        if _current(recorded(connection), place, upgrading):
            return
    with for_writing(engine).begin() as connection:
        if engine.dialect.name != "sqlite":
            connection.execute(select(func.pg_advisory_xact_lock(_TURN)))
        if not _current(recorded(connection), place, upgrading):
            migrate(connection)


def _current(version: str | None, place: Place, upgrading: bool) -> bool:
    """Whether there is nothing to do. Raises `ConfigError` where it must not be done."""
    if version in (None, HEAD):
        return version == HEAD
    if not is_known(version):
        what = f"{place.name} was changed by a newer version of the program (step {version}, this one knows {HEAD})"
        raise ConfigError("DATABASE_URL", f"{what}; install that version, or restore a backup from before")
    if not upgrading:
        raise OlderDatabase(place, version)
    return False


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
