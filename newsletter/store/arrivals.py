"""When sources brought something: how many items came in a time, and at which moments."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, func, select, type_coerce

from newsletter.model.item import ItemId, Triage
from newsletter.model.source import SourceId
from newsletter.store import schema
from newsletter.store.columns import instant_text
from newsletter.store.engine import Store
from newsletter.store.names import item_id

# An item arrives when its source says it was published, where that is known and not after we first saw it; else when
# we first saw it: the column `appeared`. What was purged is counted too.
_ITEMS = schema.items
_AS_KEPT = type_coerce(_ITEMS.c.appeared, Text)


@dataclass(frozen=True, slots=True)
class Arrived:
    """When the items of one source arrived, from some moment on. The texts are read only where somebody looks."""

    texts: tuple[str, ...]  # as they are kept, the earliest first: the order of the texts is that of the times

    def __len__(self) -> int:
        return len(self.texts)

    def since(self, moment: datetime) -> tuple[datetime, ...]:
        """Those at this moment or later, the earliest first."""
        return _read(self.texts[bisect_left(self.texts, instant_text(moment)) :])

    def last(self, most: int) -> tuple[datetime, ...]:
        """The last of them, the earliest first."""
        return _read(self.texts[-most:])

    def count(self, moment: datetime) -> int:
        """How many came at this moment or later."""
        return len(self.texts) - bisect_left(self.texts, instant_text(moment))


NONE = Arrived(())


def arrivals(store: Store, since: datetime) -> dict[SourceId, Arrived]:
    """When the items of every source arrived, from this moment on, with one query. Sources without any are left out.

    One row a source comes back, not one an item: to fetch a row takes longer than to read a time.
    """
    together = func.aggregate_strings(_AS_KEPT, ",")
    query = select(_ITEMS.c.source, together).where(_ITEMS.c.appeared >= since).group_by(_ITEMS.c.source)
    with store.reading() as connection:
        found = connection.execute(query.order_by(_ITEMS.c.source))
        return {SourceId(source): Arrived(tuple(sorted(texts.split(",")))) for source, texts in found}


def arrivals_of(store: Store, source: SourceId, since: datetime) -> Arrived:
    """The same of one source."""
    query = select(_AS_KEPT).where(_ITEMS.c.source == source, _ITEMS.c.appeared >= since)
    with store.reading() as connection:
        return Arrived(tuple(connection.scalars(query.order_by(_ITEMS.c.appeared))))


def last_arrivals(store: Store) -> dict[SourceId, datetime]:
    """When the newest item of each source arrived, however long ago."""
    newest = func.max(_AS_KEPT)
    query = select(_ITEMS.c.source, newest).group_by(_ITEMS.c.source).order_by(_ITEMS.c.source)
    with store.reading() as connection:
        return {SourceId(source): datetime.fromisoformat(text) for source, text in connection.execute(query)}


def _read(texts: Sequence[str]) -> tuple[datetime, ...]:
    return tuple(map(datetime.fromisoformat, texts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """An item in one line."""

    id: ItemId
    title: str  # a source's own words
    appeared: datetime
    state: Triage


def newest(store: Store, source: SourceId, most: int) -> tuple[Brief, ...]:
    """The last items of a source whose text is still kept, the newest first."""
    table = schema.items
    query = (
        select(table.c.number, table.c.title, table.c.appeared, table.c.triage)
        .join(schema.versions, schema.NEWEST_VERSION)
        .where(table.c.source == source)
        .order_by(table.c.appeared.desc(), table.c.number.desc())
        .limit(most)
    )
    with store.reading() as connection:
        return tuple(
            Brief(id=item_id(source, number), title=title, appeared=appeared, state=Triage(state))
            for number, title, appeared, state in connection.execute(query)
        )
