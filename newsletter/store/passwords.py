"""Passwords of the team, as hashes: what stands here signs nobody in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from newsletter.store import schema
from newsletter.store.engine import Store

_TABLE = schema.passwords


def find(store: Store, member: str) -> str | None:
    """The hash of a member's password; None where none is set."""
    with store.reading() as connection:
        return hash_of(connection, member)


def hash_of(connection: Connection, member: str) -> str | None:
    """The same within a transaction: to see whether it is still the one that somebody was held against."""
    found: str | None = connection.scalar(select(_TABLE.c.hash).where(_TABLE.c.member == member))
    return found


def write(store: Store, connection: Connection, member: str, hashed: str, now: datetime) -> None:
    """Sets a member's password."""
    row = {"member": member, "hash": hashed, "changed": now}
    connection.execute(store.upsert(_TABLE, changing=("hash", "changed")), row)


def rehash(connection: Connection, member: str, before: str, hashed: str) -> None:
    """Puts a hash of the same password with other costs into the place of this one, where it still stands there."""
    connection.execute(_TABLE.update().where(_TABLE.c.member == member, _TABLE.c.hash == before).values(hash=hashed))


def set_at(store: Store) -> Mapping[str, datetime]:
    """Who has a password, and since when."""
    with store.reading() as connection:
        rows = connection.execute(select(_TABLE.c.member, _TABLE.c.changed).order_by(_TABLE.c.member))
        return {row.member: row.changed for row in rows}


def is_set_for(connection: Connection, members: Collection[str]) -> bool:
    """Whether any of these has a password."""
    query = select(_TABLE.c.member).where(_TABLE.c.member.in_(members)).limit(1)
    return connection.execute(query).first() is not None
