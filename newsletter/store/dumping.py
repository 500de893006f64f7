"""Every row of the database as it stands at one moment, as lines of JSON that no database is needed to read."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, TableClause, column, inspect, select, table

from newsletter.store.columns import METADATA
from newsletter.store.engine import Store
from newsletter.store.errors import StoreError
from newsletter.store.upgrade import recorded

PART = 4_000_000  # octets: a part is closed once it has so many, so that it fits into memory whatever the table holds
BLOB = "base64"  # how a value of octets is written: {"base64": "..."}
# What lets somebody in: it was ended or used since, perhaps, and a backup is read by more people than the database is.
LEFT_OUT = frozenset({"sessions", "sign_in_links"})
_ROWS_AT_ONCE = 100  # read from the server; a row may hold a picture of some megabytes


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of one table, in the order of its primary key."""

    table: str
    number: int  # from 1, within the table; an empty table has one
    rows: int
    data: bytes  # JSON lines: the names of the columns, then the values of each row


class Snapshot:
    """The database as it stood when this was begun."""

    def __init__(self, connection: Connection, step: str) -> None:
        self._connection = connection
        self.step = step  # the migration it stands at

    def parts(self) -> Iterator[Part]:
        """Every table of ours that is there but those in `LEFT_OUT`, part by part, in an order in which they can be
        filled again."""
        for name in tables_of(self._connection):
            if name not in LEFT_OUT:
                yield from _parts(self._connection, name)


@contextmanager
def snapshot(store: Store) -> Iterator[Snapshot]:
    """One moment of the database, for the block; whoever writes meanwhile neither waits nor shows. Raises `StoreError`,
    also where there are no tables of ours."""
    with store.snapshot() as connection:
        step = recorded(connection)
        if step is None:
            raise StoreError("the database has no tables yet, so that there is nothing to back up")
        yield Snapshot(connection, step)


def tables_of(connection: Connection) -> tuple[str, ...]:
    """The tables of ours that are there, whatever step they stand at, each behind those it refers to.

    Others are none of our business: several programs may share a database.
    """
    there = set(inspect(connection).get_table_names())
    return tuple(known.name for known in METADATA.sorted_tables if known.name in there)


def described(connection: Connection, name: str) -> TableClause:
    """A table with the columns that it has in this database. Their values come and go as the database keeps them."""
    found = inspect(connection).get_columns(name)
    return table(name, *(column(str(one["name"]), one["type"]) for one in found))


def _parts(connection: Connection, name: str) -> Iterator[Part]:
    source = described(connection, name)
    keys = inspect(connection).get_pk_constraint(name)["constrained_columns"]
    query = select(source).order_by(*(source.c[key] for key in keys))
    rows = connection.execute(query, execution_options={"yield_per": _ROWS_AT_ONCE})
    header = _line([one.name for one in source.columns])
    number, count, data = 1, 0, bytearray(header)
    for row in rows:
        if len(data) >= PART:
            yield Part(name, number, count, bytes(data))
            number, count, data = number + 1, 0, bytearray(header)
        data += _line([_written(value) for value in row])
        count += 1
    yield Part(name, number, count, bytes(data))


def _written(value: Any) -> Any:
    return {BLOB: base64.b64encode(value).decode("ascii")} if isinstance(value, bytes) else value


def _line(values: list[Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
