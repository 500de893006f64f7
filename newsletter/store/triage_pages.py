"""What the pages of triage ask for: where items stand, without reading their texts, and older ones page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, tuple_

from newsletter.model.item import Item, ItemId, Triage
from newsletter.store import schema
from newsletter.store.engine import Store
from newsletter.store.names import item_id, name_of
from newsletter.store.rows import items_named

_ITEMS, _DECISIONS = schema.items, schema.decisions


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an item stands."""

    state: Triage
    by_a_person: bool  # False: it is folded under the rejected item that it repeats
    copy_of: ItemId | None


@dataclass(frozen=True, slots=True)
class Titled:
    """An item, by its title."""

    id: ItemId
    title: str
    copy_of: ItemId | None


@dataclass(frozen=True, slots=True)
class Mark:
    """What changes when items that were first seen since a moment come, change or are purged; decisions leave it."""

    count: int
    changed: datetime | None
    versions: int


@dataclass(frozen=True, slots=True)
class Span:
    """Which items are of this week: first seen since `since`, and out since `out_since` as far as that is known."""

    since: datetime
    out_since: datetime


def mark(store: Store, since: datetime) -> Mark:
    """The mark of all items that were first seen since then."""
    columns = (func.count(), func.max(_ITEMS.c.changed), func.coalesce(func.sum(_ITEMS.c.version), 0))
    with store.glancing() as connection:
        return Mark(*connection.execute(select(*columns).where(_ITEMS.c.first_seen >= since)).one())


def standings(store: Store, since: datetime) -> dict[ItemId, Standing]:
    """Where the items stand that were first seen since then; those that are simply new are left out."""
    columns = (_ITEMS.c.source, _ITEMS.c.number, _ITEMS.c.triage, _ITEMS.c.decision, _ITEMS.c.copy_of)
    decided = or_(_ITEMS.c.triage != Triage.NEW.value, _ITEMS.c.decision > 0)
    with store.glancing() as connection:
        rows = connection.execute(select(*columns).where(_ITEMS.c.first_seen >= since, decided)).all()
    return {
        item_id(source, number): Standing(Triage(state), decision > 0, copy_of)
        for source, number, state, decision, copy_of in rows
    }


def older_counts(store: Store, week: Span) -> dict[Triage, int]:
    """How many items that are not of this week stand where."""
    query = select(_ITEMS.c.triage, func.count()).where(_older(week)).group_by(_ITEMS.c.triage)
    with store.glancing() as connection:
        return {Triage(state): count for state, count in connection.execute(query)}


def older(
    store: Store, week: Span, state: Triage, words: Sequence[str], limit: int, after: ItemId | None = None
) -> tuple[Item, ...]:
    """Items in this state that are not of this week, those first seen last first; at most `limit`, behind `after`.

    `words` all stand in the title, in small or large letters.
    """
    query = select(_ITEMS.c.source, _ITEMS.c.number).where(_older(week), _ITEMS.c.triage == state.value)
    for word in words:
        query = query.where(func.lower(_ITEMS.c.title).contains(word.lower(), autoescape=True))
    ordered = query.order_by(_ITEMS.c.first_seen.desc(), _ITEMS.c.source.desc(), _ITEMS.c.number.desc()).limit(limit)
    with store.glancing() as connection:
        if behind := _behind(connection, after):
            ordered = ordered.where(*behind)
        names = [(source, number) for source, number in connection.execute(ordered)]
        found = {item.id: item for item in items_named(connection, names)}
    return tuple(found[name] for name in (item_id(*one) for one in names) if name in found)


def usual_reasons(store: Store, at_most: int) -> tuple[str, ...]:
    """The reasons that items were rejected for, the most used first; of equals the one used last."""
    why = _DECISIONS.c.why
    query = select(why).where(_DECISIONS.c.state == Triage.REJECTED.value, why.is_not(None)).group_by(why)
    ordered = query.order_by(func.count().desc(), func.max(_DECISIONS.c.decided).desc(), why).limit(at_most)
    with store.glancing() as connection:
        return tuple(connection.scalars(ordered))


def _older(week: Span) -> ColumnElement[bool]:
    return or_(_ITEMS.c.first_seen < week.since, _ITEMS.c.appeared < week.out_since)


def _behind(connection: Connection, after: ItemId | None) -> tuple[ColumnElement[bool], ...]:
    """Behind an item in the order of `older`; no condition where none is named, or it is not there."""
    place = None if after is None else name_of(after)
    if place is None:
        return ()
    this = and_(_ITEMS.c.source == place[0], _ITEMS.c.number == place[1])
    seen = connection.scalar(select(_ITEMS.c.first_seen).where(this))
    if seen is None:
        return ()
    names = tuple_(_ITEMS.c.source, _ITEMS.c.number)
    return (_ITEMS.c.first_seen <= seen, or_(_ITEMS.c.first_seen < seen, names < place))  # the first is for the index


def titled(store: Store, week: Span) -> tuple[Titled, ...]:
    """The items of this week, those first seen last first; their texts are not read."""
    columns = (_ITEMS.c.source, _ITEMS.c.number, _ITEMS.c.title, _ITEMS.c.copy_of)
    query = select(*columns).where(_ITEMS.c.first_seen >= week.since, _ITEMS.c.appeared >= week.out_since)
    ordered = query.order_by(_ITEMS.c.first_seen.desc(), _ITEMS.c.source.desc(), _ITEMS.c.number.desc())
    with store.glancing() as connection:
        return tuple(Titled(item_id(row[0], row[1]), row[2], row[3]) for row in connection.execute(ordered))


def held_before(store: Store, since: datetime) -> tuple[tuple[ItemId, str], ...]:
    """The items held from before then, with their titles; those first seen last come first."""
    columns = (_ITEMS.c.source, _ITEMS.c.number, _ITEMS.c.title)
    query = select(*columns).where(_ITEMS.c.triage == Triage.HELD.value, _ITEMS.c.first_seen < since)
    ordered = query.order_by(_ITEMS.c.first_seen.desc(), _ITEMS.c.source.desc(), _ITEMS.c.number.desc())
    with store.glancing() as connection:
        return tuple((item_id(source, number), title) for source, number, title in connection.execute(ordered))
