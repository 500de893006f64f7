"""Readers: found by the mark of their address, walked through in its order.

What changes a reader stands in one transaction with the line in their story. Those functions that take a connection
want one of `Store.writing_alone`: then nobody is handed a mail by an intent that is committed after they have left.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, insert, or_, select, update

from newsletter.model.subscriber import Act, Consent, Mark, Subscriber, SubscriberState
from newsletter.store import happenings, newcomers, schema
from newsletter.store.engine import Store
from newsletter.store.glance import glance

_TABLE = schema.subscribers
_AT_ONCE = 5_000  # rows in memory
_CHANGE = update(_TABLE).where(_TABLE.c.mark == bindparam("own"))


def find(place: Store | Connection, marks: Sequence[Mark]) -> Subscriber | None:
    """The reader of an address, by all of its marks, the newest key's first; None where it is nobody's."""
    with glance(place) as connection:
        found = {row.mark: row for row in connection.execute(select(_TABLE).where(_TABLE.c.mark.in_(marks)))}
    return next((subscriber_of(found[mark]) for mark in marks if mark in found), None)


def known_mark(place: Store | Connection, marks: Sequence[Mark]) -> Mark:
    """The mark that this address goes by: the one that anything is known under, else that of the newest key.

    So an address keeps its mark when a new key comes, and the links in old mails stay links of this reader.
    """
    with glance(place) as connection:
        for table in (_TABLE, schema.suppressions, schema.happenings):
            known = set(connection.scalars(select(table.c.mark).where(table.c.mark.in_(marks))))
            if found := next((mark for mark in marks if mark in known), None):
                return found
    return marks[0]


def other_mark(store: Store, mark: Mark, marks_of: Callable[[str], Iterable[Mark]]) -> Mark | None:
    """Under which other mark the reader stands whose address has this one too, made with another key; None: nobody.

    Reads every reader. It happens to one who was in no backup, and came back after a new key had come.
    """
    with store.reading() as connection:
        query = select(_TABLE.c.mark, _TABLE.c.address).order_by(_TABLE.c.mark)
        for own, address in connection.execution_options(yield_per=_AT_ONCE).execute(query):
            if mark in marks_of(address):
                return Mark(own)
    return None


def page(
    place: Store | Connection,
    after: Mark | None,
    limit: int,
    *,
    state: SubscriberState | None = None,
    tag: str | None = None,
    words: str | None = None,
) -> tuple[Subscriber, ...]:
    """The next readers in the order of their marks, at most `limit`; `after`: the last one's mark of the page before.

    The last page is as quick as the first. With a tag, or words that stand in address or name, whatever their capitals,
    all readers in between are read, for there is no index of these.
    """
    query = select(_TABLE).order_by(_TABLE.c.mark).limit(limit)
    if after is not None:
        query = query.where(_TABLE.c.mark > after)
    with glance(place) as connection:
        rows = connection.execute(_narrowed(query, connection.dialect.name == "sqlite", state, tag, words))
        return tuple(map(subscriber_of, rows))


def count(place: Store | Connection) -> Mapping[SubscriberState, int]:
    """How many readers are in each state; every state is there."""
    # QUIRK: grouped by state SQLite sorts them all, which takes four times as long.
    counted = (func.count().filter(_TABLE.c.state == state.value) for state in SubscriberState)
    with glance(place) as connection:
        found = connection.execute(select(*counted).select_from(_TABLE)).one()
    return dict(zip(SubscriberState, found, strict=True))


def write(connection: Connection, subscriber: Subscriber) -> None:
    """Keeps a reader as they are now, in place of how they were. Says nothing in their story: the caller does."""
    row = row_of(subscriber)
    if connection.execute(_CHANGE, {**row, "own": subscriber.mark}).rowcount == 0:
        connection.execute(insert(_TABLE), row)
    if subscriber.state is SubscriberState.CONFIRMED:
        newcomers.note(connection, (subscriber.mark,))


def ask(connection: Connection, subscriber: Subscriber, who: str, now: datetime, note: str | None) -> Subscriber:
    """Keeps somebody who asks for the newsletter and has yet to confirm it."""
    waiting = replace(subscriber, state=SubscriberState.UNCONFIRMED, until=None)
    return _written(connection, waiting, Act.ASKED, who, now, note)


def confirm(
    connection: Connection, subscriber: Subscriber, consent: Consent, who: str, now: datetime, note: str | None = None
) -> Subscriber:
    """Makes somebody a reader, on this proof."""
    confirmed = replace(subscriber, state=SubscriberState.CONFIRMED, until=None, consent=consent)
    return _written(connection, confirmed, Act.CONFIRMED, who, now, note)


def change(connection: Connection, subscriber: Subscriber, who: str, now: datetime, note: str | None) -> Subscriber:
    """Keeps another name, language, zone or other tags; `note` says which. The state is the caller's to leave alone."""
    return _written(connection, subscriber, Act.CHANGED, who, now, note)


def pause(connection: Connection, subscriber: Subscriber, until: datetime, who: str, now: datetime) -> Subscriber:
    """Sends a reader nothing until a time of their choice."""
    paused = replace(subscriber, state=SubscriberState.PAUSED, until=until)
    return _written(connection, paused, Act.PAUSED, who, now, f"until {until:%Y-%m-%d %H:%M} UTC")


def resume(connection: Connection, subscriber: Subscriber, who: str, now: datetime) -> Subscriber:
    """Ends a reader's pause before its time."""
    resumed = replace(subscriber, state=SubscriberState.CONFIRMED, until=None)
    return _written(connection, resumed, Act.RESUMED, who, now, None)


def unsubscribe(connection: Connection, subscriber: Subscriber) -> Subscriber:
    """Notes that a reader has left. The suppression that goes with it, and its line, are the caller's to write."""
    gone = replace(subscriber, state=SubscriberState.UNSUBSCRIBED, until=None)
    write(connection, gone)
    return gone


def remove(connection: Connection, marks: Sequence[Mark]) -> bool:
    """Takes away what is known of a reader but for their suppressions and story; whether anybody was there."""
    return connection.execute(delete(_TABLE).where(_TABLE.c.mark.in_(marks))).rowcount > 0


def purge(store: Store, before: datetime) -> int:
    """Forgets those who have asked before this time and never confirmed; how many. Their suppressions stay."""
    unconfirmed = _TABLE.c.state == SubscriberState.UNCONFIRMED.value
    with store.writing_alone() as connection:
        asked = func.coalesce(_TABLE.c.asked, _TABLE.c.added)
        return connection.execute(delete(_TABLE).where(unconfirmed, asked < before)).rowcount


def row_of(subscriber: Subscriber) -> dict[str, Any]:
    """A reader as the columns of their row."""
    consent = subscriber.consent
    return {
        "mark": subscriber.mark,
        "address": subscriber.address,
        "name": subscriber.name,
        "language": subscriber.language,
        "zone": subscriber.zone,
        "tags": tags_text(subscriber.tags),
        "state": subscriber.state.value,
        "until": subscriber.until,
        "asked": consent.asked,
        "confirmed": consent.confirmed,
        "page": consent.page,
        "words": consent.words,
        "mail": consent.mail,
        "imported": subscriber.imported,
        "added": subscriber.added,
    }


def subscriber_of(row: Row[Any]) -> Subscriber:
    """The reader of one row."""
    proof = {name: getattr(row, name) for name in ("asked", "confirmed", "page", "words", "mail")}
    return Subscriber(
        mark=Mark(row.mark),
        address=row.address,
        name=row.name,
        language=row.language,
        zone=row.zone,
        tags=tuple(json.loads(row.tags)) if row.tags else (),
        state=SubscriberState(row.state),
        until=row.until,
        consent=Consent(**proof),
        imported=row.imported,
        added=row.added,
    )


def tags_text(tags: Sequence[str]) -> str | None:
    """Tags as their column holds them; None for none."""
    return json.dumps(sorted(set(tags))) if tags else None


def _written(
    connection: Connection, subscriber: Subscriber, act: Act, who: str, now: datetime, note: str | None
) -> Subscriber:
    write(connection, subscriber)
    happenings.write(connection, subscriber.mark, act, who, now, note)
    return subscriber


def _narrowed(
    query: Select[Any], on_sqlite: bool, state: SubscriberState | None, tag: str | None, words: str | None
) -> Select[Any]:
    place = func.instr if on_sqlite else func.strpos  # not LIKE: with SQLite capitals would make no difference to it
    if state is not None:
        query = query.where(_TABLE.c.state == state.value)
    if tag is not None:
        query = query.where(place(_TABLE.c.tags, json.dumps(tag)) > 0)
    if words is not None:
        found = [place(func.lower(column), words.lower()) > 0 for column in (_TABLE.c.address, _TABLE.c.name)]
        query = query.where(or_(*found, place(_TABLE.c.name, words) > 0))  # SQLite makes only a to z small
    return query
