"""Finds items, and what belongs to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select

from newsletter.model.identity import Known
from newsletter.model.item import Entry, Item, ItemId, Original, Triage
from newsletter.model.source import SourceId
from newsletter.store import schema
from newsletter.store.engine import Store
from newsletter.store.entries import from_json
from newsletter.store.names import item_id, name_of
from newsletter.store.originals import unpacked
from newsletter.store.rows import is_item, item_of, item_query, items_named

_ITEMS, _VERSIONS, _DECISIONS = schema.items, schema.versions, schema.decisions


@dataclass(frozen=True, slots=True)
class Tally:
    """What a source has brought since we ask it, purged items included."""

    items: int
    first: datetime  # when its first item came, our clock
    last: datetime


def known(store: Store, source: SourceId) -> tuple[Known, ...]:
    """All items that ever came from a source, the oldest first. Purged ones are among them: their entries may still
    stand in the feed, and must not come back as new."""
    columns = ("number", "guid", "link", "title", "published", "digest")
    query = select(*(_ITEMS.c[name] for name in columns)).where(_ITEMS.c.source == source).order_by(_ITEMS.c.number)
    with store.reading() as connection:
        return tuple(Known(item_id(source, number), *rest) for number, *rest in connection.execute(query))


def items(
    store: Store,
    *,
    since: datetime | None = None,
    states: Set[Triage] | None = None,
    source: SourceId | None = None,
) -> tuple[Item, ...]:
    """The items first seen since then, in these states, of this source; in the order in which they came."""
    query = item_query()
    if since is not None:
        query = query.where(_ITEMS.c.first_seen >= since)
    if states is not None:
        query = query.where(_ITEMS.c.triage.in_(sorted(state.value for state in states)))
    if source is not None:
        query = query.where(_ITEMS.c.source == source)
    return _found(store, query)


def rejected(store: Store, since: datetime) -> tuple[Item, ...]:
    """The items that stand rejected and came, changed or were decided about since then; in the order they came."""
    query = item_query().where(_ITEMS.c.triage == Triage.REJECTED.value)
    return _found(store, query.where(or_(_ITEMS.c.changed >= since, _DECISIONS.c.decided >= since)))


def find(store: Store, item: ItemId) -> Item | None:
    """The item of this name; None where there is none, or its text was purged."""
    return next(iter(find_many(store, (item,))), None)


def find_many(store: Store, wanted: Iterable[ItemId]) -> tuple[Item, ...]:
    """The items of these names that are there, in the order in which they are asked for."""
    ids = tuple(wanted)
    with store.glancing() as connection:
        found = {item.id: item for item in items_named(connection, filter(None, map(name_of, ids)))}
    return tuple(found[item] for item in ids if item in found)


def with_digests(store: Store, digests: Collection[str]) -> frozenset[ItemId]:
    """The items whose words have one of these digests now."""
    query = select(_ITEMS.c.source, _ITEMS.c.number).where(_ITEMS.c.digest.in_(sorted(digests)))
    with store.reading() as connection:
        return frozenset(item_id(source, number) for source, number in connection.execute(query))


def versions(store: Store, item: ItemId) -> tuple[tuple[datetime, Entry], ...]:
    """Every version of an item and when we first saw it, the oldest first. Empty for an unknown item."""
    of_this = is_item(_VERSIONS, item)
    if of_this is None:
        return ()
    query = select(_VERSIONS.c.seen, _VERSIONS.c.entry).where(of_this).order_by(_VERSIONS.c.version)
    with store.reading() as connection:
        return tuple((seen, from_json(entry)) for seen, entry in connection.execute(query))


def original(store: Store, item: ItemId) -> Original | None:
    """What the newest version of an item was read from; None where it was too large to keep, or nothing is there."""
    of_this = is_item(_ITEMS, item)
    if of_this is None:
        return None
    table = schema.originals
    query = (
        select(table.c.media_type, table.c.data)
        .join_from(_ITEMS, _VERSIONS, schema.NEWEST_VERSION)
        .join(table, table.c.digest == _VERSIONS.c.original)
        .where(of_this)
    )
    with store.reading() as connection:
        row = connection.execute(query).one_or_none()
    return unpacked(*row) if row else None


def counts(store: Store) -> dict[SourceId, Tally]:
    """What each source has brought; those that brought nothing are not in it."""
    seen = _ITEMS.c.first_seen
    query = select(_ITEMS.c.source, func.count(), func.min(seen), func.max(seen)).group_by(_ITEMS.c.source)
    with store.reading() as connection:
        return {source: Tally(*tally) for source, *tally in connection.execute(query.order_by(_ITEMS.c.source))}


def recent_arrivals(store: Store, per_source: int) -> dict[SourceId, tuple[datetime, ...]]:
    """When the last items of each source appeared, at most `per_source` of them, the newest first.

    An item appears when its source says it was published, where that is known and not after we first saw it; else when
    we first saw it.
    """
    newest_first = func.row_number().over(partition_by=_ITEMS.c.source, order_by=_ITEMS.c.appeared.desc())
    ranked = select(_ITEMS.c.source, _ITEMS.c.appeared, newest_first.label("rank")).subquery()
    query = select(ranked.c.source, ranked.c.appeared).where(ranked.c.rank <= per_source)
    arrivals: dict[SourceId, list[datetime]] = {}
    with store.reading() as connection:
        for source, appeared in connection.execute(query.order_by(ranked.c.source, ranked.c.rank)):
            arrivals.setdefault(source, []).append(appeared)
    return {source: tuple(moments) for source, moments in arrivals.items()}


def _found(store: Store, query: Select[Any]) -> tuple[Item, ...]:
    ordered = query.order_by(_ITEMS.c.first_seen, _ITEMS.c.source, _ITEMS.c.number)
    with store.reading() as connection:
        return tuple(item_of(row) for row in connection.execute(ordered))
