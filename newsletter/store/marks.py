"""Which keys the marks of readers were made with: none of them may go missing."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, insert, select

from newsletter.store import schema
from newsletter.store.engine import Store


def record(connection: Connection, ids: Iterable[str]) -> None:
    """Notes that marks were made with the keys of these names. Within a transaction of `Store.writing_alone`, or of
    whoever else adds readers alone."""
    table = schema.mark_keys
    known = set(connection.scalars(select(table.c.key)))
    if new := sorted(set(ids) - known):
        connection.execute(insert(table), [{"key": one} for one in new])


def missing(store: Store, ring_ids: Iterable[str]) -> tuple[str, ...]:
    """The keys that marks were made with and that are not among these, by name."""
    table = schema.mark_keys
    with store.reading() as connection:
        return tuple(sorted(set(connection.scalars(select(table.c.key))) - set(ring_ids)))
