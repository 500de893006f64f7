"""Rows that `dumping` has written, put into an empty database of either kind."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from sqlalchemy import Connection, TableClause, insert, select
from sqlalchemy import table as named
from sqlalchemy.schema import DropTable

from newsletter.model.errors import ConfigError
from newsletter.store.columns import METADATA
from newsletter.store.dumping import BLOB, described, tables_of
from newsletter.store.engine import Store
from newsletter.store.errors import StoreError
from newsletter.store.upgrade import RECORD, migrate, recorded

_ROWS_AT_ONCE = 1_000


class NotEmpty(ConfigError):
    """The database that a backup was to be put into is in use."""

    def __init__(self, table: str) -> None:
        what = f"the database that DATABASE_URL names is in use: its table '{table}' has rows, and nothing was changed"
        super().__init__("DATABASE_URL", f"{what}; make an empty database and name that one")


class Loading:
    """A database that is being filled, in a transaction that `loading` has begun."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._tables: dict[str, TableClause] = {}
        self._there = frozenset(tables_of(connection))

    def take(self, table: str, data: bytes) -> int:
        """How many rows were added: those of one part. Raises `StoreError` for what is not such a part."""
        if table not in self._there:
            raise StoreError(f"the backup holds a table '{table}' that its step of the program does not have")
        if table not in self._tables:
            self._tables[table] = described(self.connection, table)
        target, lines = self._tables[table], iter(data.splitlines())
        try:
            names = json.loads(next(lines))
            rows = (dict(zip(names, map(_read, json.loads(line)), strict=True)) for line in lines)
            return sum(self._insert(target, batch) for batch in _batches(rows))
        except (ValueError, KeyError, TypeError, StopIteration) as error:
            raise StoreError(f"the rows of the table '{table}' in the backup cannot be read: {error}") from error

    def _insert(self, target: TableClause, rows: list[dict[str, Any]]) -> int:
        self.connection.execute(insert(target), rows)
        return len(rows)


@contextmanager
def loading(store: Store, step: str, upgraded: Callable[[Connection], None]) -> Iterator[Loading]:
    """An empty database with the tables of this step, to be filled in the block.

    When the block is left, the tables are brought to today's step and `upgraded` is called; all of it is one
    transaction, which is on disk then, or nothing of it is. Raises `NotEmpty` before anything is changed, `StoreError`.
    """
    with store.writing_alone() as connection:
        _cleared(connection)
        migrate(connection, step)
        for name in tables_of(connection):  # what a migration puts into a new table comes from the backup as well
            connection.execute(named(name).delete())
        yield Loading(connection)
        migrate(connection)
        upgraded(connection)


def _cleared(connection: Connection) -> None:
    """Takes away tables of ours that somebody has only made: the step of a backup may be older than they are."""
    there = tables_of(connection)
    for name in there:
        if connection.execute(select(described(connection, name)).limit(1)).first() is not None:
            raise NotEmpty(name)
    if recorded(connection) is None:
        if there:
            raise NotEmpty(there[0])
        return
    for name in reversed(there):
        connection.execute(DropTable(METADATA.tables[name]))
    connection.exec_driver_sql(f"DROP TABLE {RECORD}")


def _read(value: Any) -> Any:
    return base64.b64decode(value[BLOB], validate=True) if isinstance(value, dict) else value


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while batch := list(islice(rows, _ROWS_AT_ONCE)):
        yield batch
