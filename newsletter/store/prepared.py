"""Statements that the ledger runs thousands of times a minute: made once, then given to the driver as they are.

SQLAlchemy takes several times as long to prepare such a statement anew as the database takes to run it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, overload

from sqlalchemy import Connection, CursorResult, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler


@dataclass(frozen=True, slots=True)
class _Made:
    """A statement in the words of one database."""

    words: str
    values: list[Any] | dict[str, Any]  # as the driver takes them, by place or by name; those that are fixed are there
    places: tuple[tuple[Any, str, Callable[[Any], Any] | None], ...]  # of the others: where, which, and how written

    def row(self, given: Mapping[str, Any]) -> tuple[Any, ...] | dict[str, Any]:
        """One set of values."""
        row: Any = self.values.copy()
        for place, name, write in self.places:
            value = given[name]
            row[place] = value if write is None or value is None else write(value)
        return tuple(row) if isinstance(row, list) else row


class Prepared:
    """One statement, for whichever database runs it. Rows come as the database keeps them: instants are texts."""

    def __init__(self, statement: Select[Any] | Update) -> None:
        self._statement = statement
        self._made: dict[str, _Made] = {}

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> CursorResult[Any]:
        """Runs it with one set of values after the other; nothing is to be read from it but after a single one."""
        made = self._made.get(connection.dialect.name) or self._make(connection)
        values: Any = [made.row(row) for row in rows]
        return connection.exec_driver_sql(made.words, values if len(values) > 1 else values[0])

    def rows(self, connection: Connection, given: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        """All rows that it finds, as the driver gives them: SQLAlchemy takes half as long again to look at them.

        With PostgreSQL they come in its binary form, in which a mark takes half as many octets, and each is read when
        it is asked for; all are here, and stay when the connection is given back or lost.
        """
        dialect = connection.dialect
        made = self._made.get(dialect.name) or self._make(connection)
        opened = {"binary": True} if dialect.name == "postgresql" else {}
        cursor: Any = connection.connection.cursor(**opened)
        try:
            cursor.execute(made.words, made.row(given))
            if opened:
                return _Come(cursor)
            with closing(cursor):
                return cursor.fetchall()  # type: ignore[no-any-return]  # of a driver, which has no types here
        except dialect.loaded_dbapi.Error as error:
            cursor.close()
            raise DBAPIError(made.words, None, error, hide_parameters=True) from error

    def _make(self, connection: Connection) -> _Made:
        dialect = connection.dialect
        compiled = self._statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        types = {name: bind.type.dialect_impl(dialect) for bind, name in compiled.bind_names.items()}
        fixed = {name: value for name, value in compiled.params.items() if value is not None}  # as it is: none is typed
        names = compiled.positiontup or tuple(types)
        by_place = compiled.positiontup is not None
        made = _Made(
            words=str(compiled),
            values=[fixed.get(name) for name in names] if by_place else dict(fixed),
            places=tuple(
                (at if by_place else name, name, types[name].bind_processor(dialect))
                for at, name in enumerate(names)
                if name not in fixed
            ),
        )
        self._made[dialect.name] = made
        return made


class _Come(Sequence[tuple[Any, ...]]):
    """The rows of a cursor of psycopg, whose memory holds what the server has sent, before it is made into values."""

    __slots__ = ("_cursor",)

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def __len__(self) -> int:
        return int(self._cursor.rowcount)

    @overload
    def __getitem__(self, at: int) -> tuple[Any, ...]: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[tuple[Any, ...]]: ...

    def __getitem__(self, at: int | slice) -> Any:
        count = len(self)
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(count))]
        if not -count <= at < count:
            raise IndexError(at)
        self._cursor.scroll(at % count, "absolute")
        return self._cursor.fetchone()

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        if not len(self):
            return iter(())
        self._cursor.scroll(0, "absolute")
        return iter(self._cursor.fetchall())
