"""Days: how many messages were handed over on each, of all mailings. The warm-up is counted by them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, insert, select

from newsletter.store import schema
from newsletter.store.engine import Store
from newsletter.store.glance import glance

_TABLE = schema.days
_MORE = "UPDATE days SET handed = handed + ? WHERE day = ?"  # SQLAlchemy would take four times as long, in each commit


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a day is."""

    number: int  # from 1: which of the days on which anything was handed over it is, or would be
    handed: int  # messages so far


def standing(place: Store | Connection, day: date) -> Standing:
    """How far this day (UTC) is."""
    before = select(func.count()).where(_TABLE.c.day < day.isoformat(), _TABLE.c.handed > 0)
    with glance(place) as connection:
        number = (connection.scalar(before) or 0) + 1
        handed = connection.scalar(select(_TABLE.c.handed).where(_TABLE.c.day == day.isoformat()))
    return Standing(number, handed or 0)


def count(connection: Connection, day: date, more: int) -> None:
    """So many more are handed over on this day, with the transaction."""
    statement = _MORE if connection.dialect.name == "sqlite" else _MORE.replace("?", "%s")
    if not connection.exec_driver_sql(statement, (more, day.isoformat())).rowcount:
        connection.execute(insert(_TABLE), {"day": day.isoformat(), "handed": more})
