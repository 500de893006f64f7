"""Passwords of the team, as hashes: what stands here signs nobody in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, select, tuple_

from newsletter.model.session import Account
from newsletter.store import schema
from newsletter.store.engine import Store

_TABLE = schema.passwords


def find(store: Store, account: Account) -> str | None:
    """The hash of somebody's password; None where none is set."""
    with store.reading() as connection:
        return hash_of(connection, account)


def hash_of(connection: Connection, account: Account) -> str | None:
    """The same within a transaction: to see whether it is still the one that somebody was held against."""
    theirs = _TABLE.c.member == account.member, _TABLE.c.address == account.address
    found: str | None = connection.scalar(select(_TABLE.c.hash).where(*theirs))
    return found


def write(store: Store, connection: Connection, account: Account, hashed: str, now: datetime) -> None:
    """Sets somebody's password, instead of one of whoever had this id before."""
    row = {"member": account.member, "address": account.address, "hash": hashed, "changed": now}
    connection.execute(store.upsert(_TABLE, changing=("address", "hash", "changed")), row)


def rehash(connection: Connection, member: str, before: str, hashed: str) -> None:
    """Puts a hash of the same password with other costs into the place of this one, where it still stands there."""
    connection.execute(_TABLE.update().where(_TABLE.c.member == member, _TABLE.c.hash == before).values(hash=hashed))


def set_at(store: Store) -> Mapping[Account, datetime]:
    """Who has a password, and since when."""
    with store.reading() as connection:
        rows = connection.execute(select(_TABLE.c.member, _TABLE.c.address, _TABLE.c.changed).order_by(_TABLE.c.member))
        return {Account(row.member, row.address): row.changed for row in rows}


def is_set_for(connection: Connection, accounts: Collection[Account]) -> bool:
    """Whether any of these has a password."""
    of_these = tuple_(_TABLE.c.member, _TABLE.c.address).in_([(one.member, one.address) for one in accounts])
    query = select(_TABLE.c.member).where(of_these).limit(1)
    return connection.execute(query).first() is not None
