"""How many readers came and went over the years. Names nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Text, func, select, type_coerce

from newsletter.model.subscriber import Act, SubscriberState
from newsletter.store import schema, subscribers
from newsletter.store.engine import Store

_TO_THE_HOUR = len("2026-11-27T13")

Counted = tuple[tuple[datetime, int], ...]  # UTC, the beginning of an hour; how many


@dataclass(frozen=True, slots=True)
class Growth:
    """Everybody who came and went, by the hour, the oldest first."""

    joined: Counted  # confirmed, or were brought by an import
    left: Counted  # unsubscribed, complained, bounced for good, or were erased, and have not come back
    now: int  # readers: confirmed or paused


def growth(store: Store) -> Growth:
    """All of it, of one moment. Reads every line of every story: 100,000 take a tenth of a second."""
    story, imports, barred = schema.happenings, schema.imports, schema.suppressions
    with store.snapshot() as connection:
        confirmed = _by_hour(connection, story.c.at, func.count(), story.c.act == Act.CONFIRMED.value)
        brought = _by_hour(connection, imports.c.at, func.sum(imports.c.added), imports.c.added > 0)
        left = _by_hour(connection, barred.c.since, func.count(barred.c.mark.distinct()), barred.c.lifted.is_(None))
        found = subscribers.count(connection)
    readers = found[SubscriberState.CONFIRMED] + found[SubscriberState.PAUSED]
    return Growth(tuple(sorted([*confirmed, *brought])), tuple(left), readers)


def _by_hour(
    connection: Connection, at: Column[Any], number: ColumnElement[Any], which: ColumnElement[bool]
) -> list[tuple[datetime, int]]:
    """How many in each hour, the first first."""
    hour = func.substr(type_coerce(at, Text), 1, _TO_THE_HOUR).label("hour")
    found = connection.execute(select(hour, number).where(which).group_by(hour).order_by(hour))
    return [(datetime.fromisoformat(f"{row[0]}:00").replace(tzinfo=UTC), int(row[1])) for row in found]
