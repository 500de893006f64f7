"""Brings a file's readers in: new ones, and facts about those who are there. It never lifts, overwrites or revives.

Every chunk is decided anew inside the short transaction that writes it, so whatever was done since the dry run, an
unsubscribe above all, holds. A run that is cut off has written whole chunks; running it again does the rest.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from newsletter.model.subscriber import Mark, SubscriberState
from newsletter.store import marks as mark_keys
from newsletter.store import newcomers, schema
from newsletter.store.columns import instant_text
from newsletter.store.engine import Store
from newsletter.store.staging import Columns, Double, Row, Staging, columns_of, first_mark, older_marks
from newsletter.store.subscribers import tags_text

_CHUNK = 10_000  # rows: about a tenth of a second in a transaction
_AT_ONCE = 500  # marks in one query; SQLite takes 32,766 values, older libraries 999

_DENSE = 4  # times as many rows of a table as of a chunk are read in one go rather than each looked for

_FILLED = ("name", "language", "zone", "tags", "asked", "confirmed", "page")  # what an import may fill in
_ADDED = ("mark", "address", *_FILLED, "state", "imported", "added")
_GONE = SubscriberState.UNSUBSCRIBED.value

Facts = tuple[str | None, ...]  # the columns _FILLED, as the table holds them


@dataclass(frozen=True, slots=True)
class Effect:
    """What an import does to the readers there are, counted in readers."""

    new: int = 0
    filled: int = 0  # are there, and get something that was empty, or a tag
    unchanged: int = 0
    kept_out: Mapping[str, int] = field(default_factory=dict)  # why they are not brought in or touched -> how many

    def __add__(self, other: Effect) -> Effect:
        kept_out = dict(sorted((Counter(self.kept_out) + Counter(other.kept_out)).items()))
        unchanged = self.unchanged + other.unchanged
        return Effect(self.new + other.new, self.filled + other.filled, unchanged, kept_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One file that was brought in."""

    number: int  # from 1
    file: str  # its name, without its folder
    digest: str  # SHA-256 of its octets
    at: datetime  # UTC
    who: str
    basis: str  # on which ground these people may be written to, as told
    added: int = 0  # readers, so far
    changed: int = 0


class _Decided(NamedTuple):
    """What is to be written of one chunk."""

    new: Sequence[Row]
    filled: list[tuple[Any, ...]]  # facts, then the mark of the row
    effect: Effect


def foreseen(store: Store, staging: Staging, double: Callable[[Double], None], report: Callable[[int], None]) -> Effect:
    """What bringing these rows in would do now. `double` is told of rows that repeat an address, `report` after each
    chunk how many readers that were."""
    effect = Effect()
    for chunk in staging.chunks(_CHUNK, double):
        with store.reading() as connection:
            effect += _decide(connection, chunk).effect
        report(len(chunk))
    return effect


def begin(store: Store, *, file: str, digest: str, basis: str, who: str, now: datetime, key: str) -> Import:
    """Gives an import its number, which stands in every row that it adds. `key` is that of the newest marks."""
    table = schema.imports
    with store.writing_alone() as connection:
        mark_keys.record(connection, [key])
        number = (connection.scalar(select(func.max(table.c.number))) or 0) + 1
        begun = Import(number=number, file=file, digest=digest, at=now, who=who, basis=basis)
        connection.execute(insert(table).values(**asdict(begun)))
    return begun


def bring_in(store: Store, staging: Staging, begun: Import, report: Callable[[int], None]) -> tuple[Import, Effect]:
    """Writes the rows in short transactions, in the order of their marks; returns what that has done.

    New readers are confirmed, with the consent that the file tells of. Of those who are there only what is empty is
    filled in, and tags are added. Who has left, or must not be written to, is left alone.
    """
    effect = Effect()
    for chunk in staging.chunks(_CHUNK):
        with store.writing_alone() as connection:
            decided = _decide(connection, chunk)
            _write(connection, decided, begun)
        effect += decided.effect
        report(len(chunk))
    return replace(begun, added=effect.new, changed=effect.filled), effect


def get(store: Store, number: int) -> Import | None:
    """The import of this number."""
    return next(_found(store, schema.imports.c.number == number), None)


def last_of(store: Store, digest: str) -> Import | None:
    """When a file of exactly these octets was last brought in; None: never."""
    return next(_found(store, schema.imports.c.digest == digest), None)


def _found(store: Store, condition: Any) -> Iterator[Import]:
    query = select(schema.imports).where(condition).order_by(schema.imports.c.number.desc()).limit(1)
    with store.reading() as connection:
        rows = connection.execute(query).all()
    return (Import(**row._mapping) for row in rows)


def _decide(connection: Connection, chunk: Sequence[Row]) -> _Decided:
    forbidden = dict(_among(connection, _FORBIDDEN, chunk))
    known = dict(_among(connection, _KNOWN, chunk))
    if not forbidden and not known:
        return _Decided(chunk, [], Effect(new=len(chunk)))
    new: list[Row] = []
    filled: list[tuple[Any, ...]] = []
    kept_out: Counter[str] = Counter()
    for row in chunk:
        marks = (first_mark(row), *older_marks(row))
        reason = next((forbidden[mark][0] for mark in marks if mark in forbidden), None)
        mark = next((mark for mark in marks if mark in known), None)
        if reason is not None:
            kept_out[reason] += 1
        elif mark is None:
            new.append(row)
        elif known[mark][0] == _GONE:
            kept_out[_GONE] += 1
        elif (facts := _filled(known[mark][1:], columns_of(row))) is not None:
            filled.append((*facts, mark))
    unchanged = len(chunk) - len(new) - len(filled) - kept_out.total()
    return _Decided(new, filled, Effect(len(new), len(filled), unchanged, dict(kept_out)))


def _filled(had: Facts, told: Columns) -> Facts | None:
    """What a reader's row holds with this; None: what it held. The times of a consent are one fact, never of two."""
    name, language, zone, tags, asked, confirmed, page = had
    _, _, told_name, told_language, told_zone, told_tags, told_asked, told_confirmed, told_page = told
    if told_tags:
        tags = tags_text([*json.loads(tags or "[]"), *json.loads(told_tags)])
    if asked is None and confirmed is None:
        asked, confirmed = told_asked, told_confirmed
    proof = (asked, confirmed, page or told_page)
    now = (name or told_name, language or told_language, zone or told_zone, tags, *proof)
    return None if now == had else now


def _write(connection: Connection, decided: _Decided, begun: Import) -> None:
    if decided.filled:
        connection.exec_driver_sql(_driver(connection, _FILL), decided.filled)
    if decided.new:
        _add(connection, decided.new, begun)
        newcomers.note(connection, [first_mark(row) for row in decided.new])
    table = schema.imports
    counted = {"added": table.c.added + decided.effect.new, "changed": table.c.changed + decided.effect.filled}
    connection.execute(update(table).where(table.c.number == begun.number).values(**counted))


# A million rows go through what follows. SQLAlchemy would look at every value; these are texts and octets already.


def _add(connection: Connection, rows: Sequence[Row], begun: Import) -> None:
    rest = ("confirmed", begun.number, instant_text(begun.at))
    values = [columns_of(row) + rest for row in rows]
    names = ", ".join(_ADDED)
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * len(_ADDED))
        connection.exec_driver_sql(f"INSERT INTO subscribers ({names}) VALUES ({places})", values)  # noqa: S608
        return
    # One statement for all rows: PostgreSQL reads octets written in hexadecimal out of JSON.
    told = json.dumps([dict(zip(_ADDED, (f"\\x{mark.hex()}", *others), strict=True)) for mark, *others in values])
    query = f"SELECT {names} FROM json_populate_recordset(NULL::subscribers, %s)"  # noqa: S608
    connection.exec_driver_sql(f"INSERT INTO subscribers ({names}) {query}", (told,))


_FORBIDDEN = "SELECT mark, reason FROM suppressions WHERE lifted IS NULL AND mark"
_KNOWN = f"SELECT mark, state, {', '.join(_FILLED)} FROM subscribers WHERE mark"  # noqa: S608
_FILL = f"UPDATE subscribers SET {', '.join(f'{name} = ?' for name in _FILLED)} WHERE mark = ?"  # noqa: S608


def _among(connection: Connection, what: str, chunk: Sequence[Row]) -> Iterator[tuple[bytes, tuple[Any, ...]]]:
    """What the table has of these rows' marks, and perhaps of a few between them."""
    first, last, most = first_mark(chunk[0]), first_mark(chunk[-1]), _DENSE * len(chunk)
    query = _driver(connection, f"{what} BETWEEN ? AND ? LIMIT {most + 1}")
    found = list(connection.exec_driver_sql(query, (first, last)))
    marks: list[Mark] = []
    if len(found) > most:  # a few rows of many
        marks, found = [mark for row in chunk for mark in (first_mark(row), *older_marks(row))], []
    elif older_marks(chunk[0]):
        marks = [mark for row in chunk for mark in older_marks(row)]
    for start in range(0, len(marks), _AT_ONCE):
        part = tuple(marks[start : start + _AT_ONCE])
        found += connection.exec_driver_sql(_driver(connection, f"{what} IN ({_places(len(part))})"), part)
    return ((bytes(mark), tuple(rest)) for mark, *rest in found)


@lru_cache(2)
def _places(count: int) -> str:
    return ", ".join("?" * count)


def _driver(connection: Connection, statement: str) -> str:
    return statement if connection.dialect.name == "sqlite" else statement.replace("?", "%s")
