"""Erasing a reader: what stays is a keyed hash, and the facts about it that hold no word of theirs."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, func, select, union, update

from newsletter.model.subscriber import Mark
from newsletter.store import happenings, returned, schema, subscribers, suppressions


def forget(connection: Connection, marks: Sequence[Mark], addresses: Collection[str] = ()) -> bool:
    """Takes every word of a reader out of the database; whether they were there. Within `Store.writing_alone`.

    `addresses` are theirs as far as the caller knows them; those that stand beside the marks are found. Their copies of
    past issues stay in the ledger, without address and name, so that its sums still close; a server's answer and what
    came back, which may repeat the address, lose their words. A copy that was still to be sent is closed at its intent,
    because nobody is there any more. What was asked for with the address on a live page and is not yet seen to, never
    is. Answers to an issue's question stay: no address stands beside them.
    """
    deliveries, notices = schema.deliveries, schema.notices
    own = deliveries.c.mailing.in_(select(schema.mailings.c.id)) & deliveries.c.mark.in_(marks)  # by (mailing, mark)
    readers = schema.subscribers
    known = union(
        select(readers.c.address).where(readers.c.mark.in_(marks)),
        select(deliveries.c.address).where(own, deliveries.c.address.is_not(None)),
        select(notices.c.address).where(notices.c.mark.in_(marks)),
    )
    theirs = {*connection.scalars(known), *addresses}
    returned.empty(connection, marks, theirs)
    connection.execute(update(deliveries).where(own).values(address=None, name=None, said=None))
    connection.execute(delete(notices).where(notices.c.mark.in_(marks)))
    asking = func.lower(schema.requests.c.address).in_({address.lower() for address in theirs})
    connection.execute(delete(schema.requests).where(asking))
    happenings.empty(connection, marks)
    suppressions.empty(connection, marks)
    return subscribers.remove(connection, marks)
