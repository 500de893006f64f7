"""How asking each source has gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields

from sqlalchemy import Connection, bindparam, select, update

from newsletter.model.source import SourceId, SourceState
from newsletter.store.engine import Store
from newsletter.store.schema import sources

FIELDS = tuple(field.name for field in fields(SourceState))


def states(store: Store) -> dict[SourceId, SourceState]:
    """The state of every source that was ever asked, by its id."""
    query = select(*(sources.c[name] for name in FIELDS)).order_by(sources.c.source)
    with store.reading() as connection:
        found = connection.execute(query).mappings()
        return {row["source"]: SourceState(**row) for row in found}


def save(store: Store, states: Iterable[SourceState]) -> None:
    """Keeps these states, all of them or none."""
    with store.writing() as connection:
        write(store, connection, states)


def write(store: Store, connection: Connection, states: Iterable[SourceState]) -> None:
    """Keeps these states in a transaction that is open. Their rows are locked until it ends, in the order of the ids,
    so that two transactions never wait for each other."""
    rows = [{name: getattr(state, name) for name in FIELDS} for state in sorted(states, key=lambda one: one.source)]
    if rows:
        connection.execute(store.upsert(sources, FIELDS[1:]), rows)


def count(connection: Connection, newest: Mapping[SourceId, int]) -> None:
    """Keeps the number of each source's newest item; it is never given again."""
    statement = update(sources).where(sources.c.source == bindparam("of")).values(last_number=bindparam("newest"))
    connection.execute(statement, [{"of": source, "newest": newest[source]} for source in sorted(newest)])
