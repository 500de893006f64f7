"""What each of the team has last seen of an issue, so that they can be shown what is new to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from newsletter.model.edition import Edition
from newsletter.model.issue import IssueId
from newsletter.store import editions, schema
from newsletter.store.engine import Store


@dataclass(frozen=True, slots=True)
class Look:
    """The last edition of an issue that somebody has looked at."""

    digest: str
    looked: datetime


def last(store: Store, issue: IssueId, who: str) -> Look | None:
    """The last look of somebody at an issue; None for the first time."""
    table = schema.looks
    query = select(table.c.digest, table.c.looked).where(table.c.issue == str(issue), table.c.who == who)
    with store.reading() as connection:
        row = connection.execute(query).first()
    return None if row is None else Look(row.digest, row.looked)


def note(store: Store, edition: Edition, who: str, now: datetime) -> None:
    """Notes that somebody looks at this edition now, and keeps its bytes until they have looked at another."""
    with store.writing_alone() as connection:
        editions.keep(store, connection, edition, now)
        write(store, connection, edition, who, now)


def write(store: Store, connection: Connection, edition: Edition, who: str, now: datetime) -> None:
    """The same within a transaction of `Store.writing_alone` that keeps the edition."""
    row = {"issue": str(edition.issue), "who": who, "digest": edition.digest, "looked": now}
    connection.execute(store.upsert(schema.looks, ("digest", "looked")), row)
    _forget(connection, edition)


def _forget(connection: Connection, beside: Edition) -> None:
    """Drops the editions of the issue that nobody has signed and that are nobody's last look."""
    table = schema.editions
    wanted = select(schema.approvals.c.digest).union(select(schema.looks.c.digest))
    of_issue = table.c.issue == str(beside.issue)
    connection.execute(delete(table).where(of_issue, table.c.digest != beside.digest, table.c.digest.not_in(wanted)))
