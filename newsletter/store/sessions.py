"""Sessions of the desk: who is signed in. A row is there as long as it may let somebody in, and a while after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from newsletter.model.session import IDLE, LONGEST, Account, Session, Visit
from newsletter.store import schema
from newsletter.store.engine import Store

_TABLE = schema.sessions


def write(connection: Connection, session: Session) -> None:
    """Keeps a session that begins, within a transaction, so that its line in the audit log is there together with
    it."""
    account, visit = session.account, session.visit
    row = {"digest": session.digest, "member": account.member, "address": account.address, "began": session.began}
    row |= {"seen": session.seen, "browser": visit.browser, "network": visit.network}
    connection.execute(insert(_TABLE), row)


def find(store: Store, digest: str) -> Session | None:
    """The session of this digest, over or not; None where there is none: by one look at the primary key."""
    with store.glancing() as connection:
        row = connection.execute(select(_TABLE).where(_TABLE.c.digest == digest)).first()
    return None if row is None else _session(row)


def touch(store: Store, digest: str, now: datetime) -> None:
    """Writes down that somebody was here. A session that has ended meanwhile stays ended."""
    with store.writing() as connection:
        connection.execute(update(_TABLE).where(_TABLE.c.digest == digest, _TABLE.c.seen < now).values(seen=now))


def end(connection: Connection, digest: str) -> bool:
    """Ends one; whether it was there."""
    return connection.execute(delete(_TABLE).where(_TABLE.c.digest == digest)).rowcount > 0


def end_of(connection: Connection, member: str, but: str | None = None) -> int:
    """Ends all sessions of a member, or all but the one of this digest; how many."""
    theirs = delete(_TABLE).where(_TABLE.c.member == member)
    return connection.execute(theirs if but is None else theirs.where(_TABLE.c.digest != but)).rowcount


def of_member(store: Store, member: str, now: datetime) -> tuple[Session, ...]:
    """Those of a member that are not over, the one seen last first."""
    query = select(_TABLE).where(_TABLE.c.member == member, *_living(now))
    with store.reading() as connection:
        return tuple(map(_session, connection.execute(query.order_by(_TABLE.c.seen.desc(), _TABLE.c.digest))))


def seen(store: Store, now: datetime) -> Mapping[Account, tuple[datetime, int]]:
    """Of everybody with a session that is not over: when they were seen last, and how many such sessions."""
    whose = _TABLE.c.member, _TABLE.c.address
    query = select(*whose, func.max(_TABLE.c.seen, type_=_TABLE.c.seen.type), func.count())
    with store.reading() as connection:
        rows = connection.execute(query.where(*_living(now)).group_by(*whose).order_by(*whose))
        return {Account(row[0], row[1]): (row[2], row[3]) for row in rows}


def purge(store: Store, now: datetime) -> int:
    """Drops those that are over; how many."""
    over = or_(_TABLE.c.began <= now - LONGEST, _TABLE.c.seen <= now - IDLE)
    with store.writing() as connection:
        return connection.execute(delete(_TABLE).where(over)).rowcount


def _living(now: datetime) -> tuple[Any, ...]:
    return _TABLE.c.began > now - LONGEST, _TABLE.c.seen > now - IDLE


def _session(row: Row[Any]) -> Session:
    visit = Visit(row.browser, row.network)
    account = Account(row.member, row.address)
    return Session(digest=row.digest, account=account, began=row.began, seen=row.seen, visit=visit)
