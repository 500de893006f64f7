"""Alarms: what people were told of that needs them, by which way and when, and whether it is over."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from newsletter.model.alarm import Alarm, Concern, Way
from newsletter.store import schema_running
from newsletter.store.engine import Store
from newsletter.store.glance import glance

_TABLE = schema_running.alarms
_UNFINISHED = or_(_TABLE.c.ended.is_(None), _TABLE.c.end_told == 0)


def unfinished(place: Store | Connection) -> tuple[Alarm, ...]:
    """Those that last, and those whose end not everybody was told of, the oldest first."""
    with glance(place) as connection:
        return tuple(map(_alarm, connection.execute(select(_TABLE).where(_UNFINISHED).order_by(_TABLE.c.number))))


def lasting(place: Store | Connection) -> tuple[Alarm, ...]:
    """Those that are not over, the oldest first."""
    with glance(place) as connection:
        query = select(_TABLE).where(_TABLE.c.ended.is_(None)).order_by(_TABLE.c.number)
        return tuple(map(_alarm, connection.execute(query)))


def ended(place: Store | Connection, limit: int) -> tuple[Alarm, ...]:
    """Those that ended last, the latest first, at most `limit`."""
    query = select(_TABLE).where(_TABLE.c.ended.is_not(None)).order_by(_TABLE.c.ended.desc(), _TABLE.c.number.desc())
    with glance(place) as connection:
        return tuple(map(_alarm, connection.execute(query.limit(limit))))


def keep(connection: Connection, alarms: Iterable[Alarm]) -> tuple[Alarm, ...]:
    """Writes each as it is now, those without a number as new ones; all of them with their numbers.

    Within a transaction of `Store.writing_alone`, so that what people are told is there together with it.
    """
    return tuple(_kept(connection, alarm) for alarm in alarms)


def purge(store: Store, before: datetime) -> int:
    """Forgets those that were over before then, and everybody knows; how many."""
    old = (_TABLE.c.ended < before, _TABLE.c.end_told == 1)
    with store.writing() as connection:
        return connection.execute(delete(_TABLE).where(*old)).rowcount


def _kept(connection: Connection, alarm: Alarm) -> Alarm:
    if alarm.number:
        connection.execute(update(_TABLE).where(_TABLE.c.number == alarm.number).values(_row(alarm)))
        return alarm
    new = replace(alarm, number=(connection.scalar(select(func.max(_TABLE.c.number))) or 0) + 1)
    connection.execute(insert(_TABLE), {"number": new.number, **_row(new)})
    return new


def _row(alarm: Alarm) -> dict[str, Any]:
    return {
        "key": alarm.concern.key,
        "subject": alarm.concern.subject,
        "text": alarm.concern.text,
        "since": alarm.since,
        "told": json.dumps({way.value: when.isoformat() for way, when in alarm.told}),
        "trouble": alarm.trouble,
        "ended": alarm.ended,
        "end_told": int(alarm.end_told),
    }


def _alarm(row: Row[Any]) -> Alarm:
    return Alarm(
        number=row.number,
        concern=Concern(key=row.key, subject=row.subject, text=row.text),
        since=row.since,
        told=tuple((Way(name), datetime.fromisoformat(when)) for name, when in json.loads(row.told).items()),
        trouble=row.trouble,
        ended=row.ended,
        end_told=bool(row.end_told),
    )
