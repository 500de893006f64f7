"""Writes what a reading of sources brought, together with how the asking went: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, Update, bindparam, insert, select, update

from newsletter.model.identity import Changed, New
from newsletter.model.item import ItemId
from newsletter.model.source import SourceId, SourceState
from newsletter.store import schema, sources
from newsletter.store.engine import Store
from newsletter.store.names import Name, item_id, name_of
from newsletter.store.originals import Packed
from newsletter.store.plan import CHANGING, KEY, Plan, Row, Stored, Told, with_identities
from newsletter.store.rows import is_one_of

_AT_ONCE = 500  # values in one IN; SQLite takes 32,766, of older libraries 999

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Batch:
    """What one reading of one source brought."""

    source: SourceId
    changes: tuple[New | Changed, ...]
    state: SourceState


def record(
    store: Store, source: SourceId, changes: tuple[New | Changed, ...], state: SourceState, now: datetime
) -> tuple[ItemId, ...]:
    """The item of each change, once all of them are on disk together with the source's state.

    A new entry that another process has recorded meanwhile, by the same marks and with the same words, is the item
    that it became there. Raises `UnknownItem` for a change to an item that never was; then nothing is written.
    """
    _, (names,) = _record(store, (Batch(source, changes, state),), now)
    return tuple(item_id(*name) for name in names)


def record_all(store: Store, batches: Sequence[Batch], now: datetime) -> tuple[int, ...]:
    """How many new items each batch brought, once all of them are on disk together, in one transaction.

    What another process has recorded meanwhile is not counted. Raises as `record` does.
    """
    plan, named = _record(store, batches, now)
    return tuple(len(plan.added.keys() & set(names)) for names in named)


def _record(store: Store, batches: Sequence[Batch], now: datetime) -> tuple[Plan, list[tuple[Name, ...]]]:
    packed = Packed(change.reading.original for batch in batches for change in batch.changes)
    told = [tuple(with_identities(batch.source, batch.changes)) for batch in batches]
    with store.writing() as connection:
        sources.write(store, connection, (batch.state for batch in batches))
        plan = _plan(connection, packed, batches, told, now)
        named = [plan.take(batch.source, changes) for batch, changes in zip(batches, told, strict=True)]
        _write(store, connection, plan)
    return plan, named


def _plan(
    connection: Connection, packed: Packed, batches: Sequence[Batch], told: Sequence[tuple[Told, ...]], now: datetime
) -> Plan:
    """What is there of all that these batches speak of. Their sources' rows are locked, so it stays so."""
    identities = {identity for changes in told for _, identity in changes}
    taken = dict(_taken(connection, identities))
    changed = {name_of(change.item) for batch in batches for change in batch.changes if isinstance(change, Changed)}
    names = {name for name in changed if name is not None} | set(taken.values())
    numbers = dict(_numbers(connection, {batch.source for batch in batches if batch.changes}))
    return Plan(packed, now, numbers, taken, dict(_stored(connection, names)))


def _numbers(connection: Connection, wanted: set[SourceId]) -> Iterator[tuple[SourceId, int]]:
    for part in _parts(wanted):
        table = schema.sources
        query = select(table.c.source, table.c.last_number).where(table.c.source.in_(part))
        yield from ((source, number) for source, number in connection.execute(query))


def _taken(connection: Connection, identities: set[str]) -> Iterator[tuple[str, Name]]:
    table = schema.items
    for part in _parts(identities):
        query = select(table.c.identity, table.c.source, table.c.number).where(table.c.identity.in_(part))
        for identity, source, number in connection.execute(query):
            yield identity, (source, number)


def _stored(connection: Connection, names: set[Name]) -> Iterator[tuple[Name, Stored]]:
    items, versions = schema.items, schema.versions
    for part in _parts(names):
        query = (
            select(items.c.source, items.c.number, items.c.version, versions.c.entry, items.c.identity)
            .outerjoin_from(items, versions, schema.NEWEST_VERSION)
            .where(is_one_of(items, part))
        )
        for source, number, version, entry, identity in connection.execute(query):
            yield (source, number), Stored(version, entry, identity)


def _write(store: Store, connection: Connection, plan: Plan) -> None:
    if not plan.versions:
        return
    if originals := plan.packed.rows(row["original"] for row in plan.versions if row["original"]):
        connection.execute(store.upsert(schema.originals), originals)
    if plan.changed:
        connection.execute(_described_anew(), [_as_parameters(row) for row in plan.changed.values()])
    if plan.added:
        connection.execute(insert(schema.items), list(plan.added.values()))
        sources.count(connection, {source: plan.numbers[source] for source, _ in plan.added})
    connection.execute(insert(schema.versions), plan.versions)


def _described_anew() -> Update:
    items = schema.items
    of_this = (items.c.source == bindparam("of_source"), items.c.number == bindparam("of_number"))
    return update(items).where(*of_this).values({name: bindparam(f"to_{name}") for name in CHANGING})


def _as_parameters(row: Row) -> Row:
    """A changed item's row; the names differ from the columns', which SQLAlchemy keeps for itself."""
    return {("of_" if name in KEY else "to_") + name: value for name, value in row.items()}


def _parts(values: set[T]) -> Iterator[list[T]]:
    rest = iter(sorted(values))  # type: ignore[type-var]
    while part := list(islice(rest, _AT_ONCE)):
        yield part
