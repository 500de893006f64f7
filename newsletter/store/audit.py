"""The audit log. Entries are added, never changed, and a change shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, insert, or_, select, type_coerce

from newsletter.model.audit import BEGINNING, Deed, Entry, chained, chained_fields
from newsletter.model.issue import IssueId
from newsletter.store import schema
from newsletter.store.engine import Store
from newsletter.store.errors import StoreError

_AS_WRITTEN = type_coerce(schema.audit.c.happened, Text).label("at")  # a time that somebody has spoilt is text still


def append(store: Store, deed: Deed) -> Entry:
    """The deed as the log keeps it, once it is on disk."""
    with store.writing_alone() as connection:
        return write(connection, deed)


def write(connection: Connection, deed: Deed) -> Entry:
    """The same within a transaction of `Store.writing_alone`, so that a deed and its entry are there together."""
    table = schema.audit
    last = connection.execute(select(table.c.number, table.c.chain).order_by(table.c.number.desc()).limit(1)).first()
    number, before = (last.number + 1, last.chain) if last else (1, BEGINNING)
    entry = Entry(number, deed, chained(before, number, deed))
    row = {"number": number, "happened": deed.happened, "who": deed.who, "act": deed.act, "note": deed.note}
    row |= {"issue": None if deed.issue is None else str(deed.issue), "digest": deed.digest, "chain": entry.chain}
    connection.execute(insert(table), row)
    return entry


def entries(store: Store, issue: IssueId | None = None) -> tuple[Entry, ...]:
    """The log, or what of it is about one issue, the oldest first. Raises `StoreError` for one that is unreadable."""
    table = schema.audit
    columns = [column for column in table.c if column.name != "happened"]
    query = select(*columns, _AS_WRITTEN).order_by(table.c.number)
    if issue is not None:
        query = query.where(table.c.issue == str(issue))
    with store.reading() as connection:
        return tuple(_entry(row) for row in connection.execute(query))


def newest_first(
    store: Store, count: int, *, issue: IssueId | None = None, who: str | None = None, before: int | None = None
) -> tuple[Entry, ...]:
    """So many entries, the newest in front; of these the ones about an issue, by a person of the team, with a lower
    number. Raises `StoreError` for an entry that is unreadable."""
    table = schema.audit
    columns = [column for column in table.c if column.name != "happened"]
    query = select(*columns, _AS_WRITTEN).order_by(table.c.number.desc()).limit(count)
    if issue is not None:
        query = query.where(table.c.issue == str(issue))
    if who is not None:  # whatever stands behind the name: how it was claimed
        query = query.where(or_(table.c.who == who, table.c.who.startswith(f"{who} (", autoescape=True)))
    if before is not None:
        query = query.where(table.c.number < before)
    with store.reading() as connection:
        return tuple(_entry(row) for row in connection.execute(query))


def verify(store: Store) -> int | None:
    """The number of the first entry that is not as it was written, or is missing; None where the log is whole.

    Entries taken away at the end leave no trace in the log: keep the chain of the last one elsewhere to see that.
    """
    table, before, number = schema.audit, BEGINNING, 0
    fields = (table.c.who, table.c.act, table.c.issue, table.c.digest, table.c.note)
    query = select(table.c.number, table.c.chain, _AS_WRITTEN, *fields).order_by(table.c.number)
    with store.reading() as connection:
        for number, row in enumerate(connection.execute(query), 1):
            if row.number != number or row.chain != chained_fields(before, number, tuple(row[2:])):
                return number
            before = row.chain
    return None


def _entry(row: Any) -> Entry:
    issue = None if row.issue is None else IssueId.parse(row.issue)
    try:
        happened = datetime.fromisoformat(row.at)
    except ValueError:
        happened = None
    if happened is None or (issue is None and row.issue is not None):
        what = f"entry {row.number} of the audit log cannot be read: somebody has changed it by hand"
        raise StoreError(f"{what}; put back a backup of the database")
    deed = Deed(happened=happened, who=row.who, act=row.act, issue=issue, digest=row.digest, note=row.note)
    return Entry(row.number, deed, row.chain)
