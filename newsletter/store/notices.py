"""Notices that wait, and those that went: mails of our own to one person, each sent at least once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from newsletter.model.notice import Notice, NoticeKind, NoticeState
from newsletter.model.subscriber import Mark
from newsletter.store import schema
from newsletter.store.engine import Store

_TABLE = schema.notices
_DAY = timedelta(hours=24)  # not a date: whoever asks at midnight gets no second mail a minute later


def keep(store: Store, notice: Notice, marks: Sequence[Mark], a_day: int) -> Notice | None:
    """The notice with its number, once it is on disk; None where this address was asked for `a_day` of its kind
    within 24 hours.

    `marks` are the address under every key, the newest first; without any there is no limit. Two who ask at the same
    moment are one behind the other here.
    """
    with store.writing_alone() as connection:
        return write(connection, notice, marks, a_day)


def write(connection: Connection, notice: Notice, marks: Sequence[Mark], a_day: int) -> Notice | None:
    """The same within a transaction of `Store.writing_alone`, so that what it is about is there together with it."""
    if marks and _asked(connection, notice, marks) >= a_day:
        return None
    kept = replace(notice, number=(connection.scalar(select(func.max(_TABLE.c.number))) or 0) + 1)
    connection.execute(insert(_TABLE), {**_row(kept), "mark": marks[0] if marks else None})
    return kept


def due(store: Store, now: datetime, limit: int) -> tuple[Notice, ...]:
    """What is to be tried now, the one that waits longest first."""
    query = select(_TABLE).where(_TABLE.c.state == NoticeState.WAITING.value, _TABLE.c.next_try <= now)
    with store.reading() as connection:
        rows = connection.execute(query.order_by(_TABLE.c.next_try, _TABLE.c.number).limit(limit))
        return tuple(map(_notice, rows))


def next_due(store: Store) -> datetime | None:
    """When the next try is due, UTC; None where nothing waits."""
    query = select(_TABLE.c.next_try).where(_TABLE.c.state == NoticeState.WAITING.value)
    with store.reading() as connection:
        row = connection.execute(query.order_by(_TABLE.c.next_try).limit(1)).first()
    return None if row is None else row.next_try


def record(store: Store, notice: Notice) -> None:
    """Writes what came of a try, once. A notice that was erased meanwhile stays away, whoever has its number now."""
    changed = {name: value for name, value in _row(notice).items() if name in ("state", "tries", "next_try", "said")}
    same = (_TABLE.c.number == notice.number, _TABLE.c.asked == notice.asked, _TABLE.c.tries == notice.tries - 1)
    with store.writing() as connection:
        connection.execute(update(_TABLE).where(*same).values(**changed))


def end_late(store: Store, now: datetime) -> None:
    """Marks those that wait and are of no use any more as LATE, so that they are not sent."""
    late = (_TABLE.c.state == NoticeState.WAITING.value, _TABLE.c.until < now)
    with store.writing() as connection:
        connection.execute(update(_TABLE).where(*late).values(state=NoticeState.LATE.value))


def get(store: Store, number: int) -> Notice | None:
    """The notice of this number; None where there is none, or none any more."""
    with store.reading() as connection:
        row = connection.execute(select(_TABLE).where(_TABLE.c.number == number)).first()
    return None if row is None else _notice(row)


def of(store: Store, marks: Sequence[Mark]) -> tuple[Notice, ...]:
    """Every notice to an address that is still kept, the oldest first."""
    query = select(_TABLE).where(_TABLE.c.mark.in_(marks)).order_by(_TABLE.c.number)
    with store.reading() as connection:
        return tuple(map(_notice, connection.execute(query)))


def failed(store: Store, since: datetime) -> tuple[Notice, ...]:
    """Those asked for since then that could not be sent, the oldest first: somebody waits for them in vain."""
    query = select(_TABLE).where(_TABLE.c.state == NoticeState.FAILED.value, _TABLE.c.asked >= since)
    with store.reading() as connection:
        return tuple(map(_notice, connection.execute(query.order_by(_TABLE.c.number))))


def unsent(store: Store, since: datetime) -> int:
    """How many that were asked for since then have failed or came too late."""
    lost = _TABLE.c.state.in_([NoticeState.FAILED.value, NoticeState.LATE.value])
    query = select(func.count()).select_from(_TABLE).where(lost, _TABLE.c.asked >= since)
    with store.reading() as connection:
        return connection.scalar(query) or 0


def waiting(store: Store, before: datetime, limit: int) -> tuple[Notice, ...]:
    """Those that still wait although they were asked for before then, the oldest first, at most `limit`."""
    late = (_TABLE.c.state == NoticeState.WAITING.value, _TABLE.c.asked < before)
    with store.reading() as connection:
        rows = connection.execute(select(_TABLE).where(*late).order_by(_TABLE.c.asked, _TABLE.c.number).limit(limit))
        return tuple(map(_notice, rows))


def purge(store: Store, before: datetime) -> int:
    """Drops those that are over and were asked for before then; how many."""
    over = (_TABLE.c.state != NoticeState.WAITING.value, _TABLE.c.asked < before)
    with store.writing() as connection:
        return connection.execute(delete(_TABLE).where(*over)).rowcount


def _asked(connection: Connection, notice: Notice, marks: Sequence[Mark]) -> int:
    """How many of this kind were asked for within a day of this one: before it, or after it by a clock set back."""
    within = (_TABLE.c.asked > notice.asked - _DAY, _TABLE.c.asked < notice.asked + _DAY)
    query = select(func.count()).where(_TABLE.c.mark.in_(marks), _TABLE.c.kind == notice.kind.value, *within)
    return connection.scalar(query) or 0


def _row(notice: Notice) -> dict[str, Any]:
    return {
        "number": notice.number,
        "kind": notice.kind.value,
        "address": notice.address,
        "subject": notice.subject,
        "text": notice.text,
        "asked": notice.asked,
        "state": notice.state.value,
        "tries": notice.tries,
        "next_try": notice.next_try,
        "said": notice.said,
        "until": notice.until,
    }


def _notice(row: Row[Any]) -> Notice:
    return Notice(
        number=row.number,
        kind=NoticeKind(row.kind),
        address=row.address,
        subject=row.subject,
        text=row.text,
        asked=row.asked,
        state=NoticeState(row.state),
        tries=row.tries,
        next_try=row.next_try,
        said=row.said,
        until=row.until,
    )
