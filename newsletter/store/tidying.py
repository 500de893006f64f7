"""What nobody refers to any more, found and forgotten: alarms that are long over, and editions without a purpose."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, exists, or_, select

from newsletter.store import schema
from newsletter.store.engine import Store

_EDITIONS, _ROWS, _MAILINGS = schema.editions, schema.deliveries, schema.mailings


def purge_alarms(store: Store, before: datetime) -> int:
    """Forgets alarms that ended before then; how many."""
    table = schema.alarms
    with store.writing() as connection:
        return connection.execute(delete(table).where(table.c.ended.is_not(None), table.c.ended < before)).rowcount


def purge_editions(store: Store, before: datetime) -> int:
    """Forgets the bytes of editions stored before then that nobody signed, that are nobody's last look, that no mailing
    brings and that no reader's copy was handed over with; how many.

    Copies are read first, and not while writers wait: an edition has a mailing before any copy names it.
    """
    with store.reading() as connection:
        idle = [
            digest for digest, issue in _idle(connection, before) if not _was_handed_over(connection, digest, issue)
        ]
    gone = 0
    for digest in idle:
        with store.writing_alone() as connection:
            this = (_EDITIONS.c.digest == digest, ~_is_wanted(), _EDITIONS.c.stored < before)
            gone += connection.execute(delete(_EDITIONS).where(*this)).rowcount
    return gone


def _idle(connection: Connection, before: datetime) -> list[tuple[str, str]]:
    query = select(_EDITIONS.c.digest, _EDITIONS.c.issue).where(_EDITIONS.c.stored < before, ~_is_wanted())
    return [(row.digest, row.issue) for row in connection.execute(query.order_by(_EDITIONS.c.digest))]


def _is_wanted() -> ColumnElement[bool]:
    tables = (schema.approvals, schema.looks, schema.mailings)
    return or_(*(exists().where(table.c.digest == _EDITIONS.c.digest) for table in tables))


def _was_handed_over(connection: Connection, digest: str, issue: str) -> bool:
    """Whether a copy of a mailing of its issue names the edition: only those are read."""
    of_issue = select(_MAILINGS.c.id).where(_MAILINGS.c.issue == issue)
    query = select(_ROWS.c.seq).where(_ROWS.c.mailing.in_(of_issue), _ROWS.c.digest == digest).limit(1)
    return connection.scalar(query) is not None
