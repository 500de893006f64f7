"""Lets go of the texts of old items. What they are recognised by stays, and so do the decisions about them."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime

from sqlalchemy import Connection, delete, exists, select, tuple_

from newsletter.model.item import ItemId, Triage
from newsletter.model.source import SourceId
from newsletter.store import schema
from newsletter.store.engine import Store
from newsletter.store.names import Name, item_id
from newsletter.store.rows import is_one_of

_AT_ONCE = 200  # items in one transaction, so that it is short
_ITEMS, _VERSIONS, _ORIGINALS, _PRINTS = schema.items, schema.versions, schema.originals, schema.fingerprints


def purge(store: Store, before: datetime, cited: Set[ItemId]) -> int:
    """How many items have lost their texts, with originals and fingerprints: those last changed before then that no
    issue cites and nobody keeps or holds.

    They are found no more, but their entries are still known, and their numbers are never given again. A purge that
    is cut off has purged some of them; the next one goes on.
    """
    purged = 0
    last: Name = (SourceId(""), 0)  # before every name
    while True:
        with store.writing_alone() as connection:
            names = _candidates(connection, before, last)
            going = [name for name in names if item_id(*name) not in cited]
            for table in (_PRINTS, _VERSIONS) if going else ():
                connection.execute(delete(table).where(is_one_of(table, going)))
        purged += len(going)
        if not names:
            break
        last = names[-1]
    with store.writing_alone() as connection:
        used = exists().where(_VERSIONS.c.original == _ORIGINALS.c.digest)
        connection.execute(delete(_ORIGINALS).where(~used))
    return purged


def _candidates(connection: Connection, before: datetime, after: Name) -> list[Name]:
    """The next items, by name, that are old enough and wanted by no editor."""
    wanted = (Triage.KEPT.value, Triage.HELD.value)
    query = (
        select(_ITEMS.c.source, _ITEMS.c.number)
        .join_from(_ITEMS, _VERSIONS, schema.NEWEST_VERSION)
        .where(_ITEMS.c.changed < before, _ITEMS.c.triage.not_in(wanted))
        .where(tuple_(_ITEMS.c.source, _ITEMS.c.number) > after)
        .order_by(_ITEMS.c.source, _ITEMS.c.number)
        .limit(_AT_ONCE)
    )
    return [(source, number) for source, number in connection.execute(query)]
