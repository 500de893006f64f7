"""Links that sign in once. A row goes when its link is used, so that of two who use it at once one comes too late."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from newsletter.model.session import Account, SignInLink
from newsletter.store import schema
from newsletter.store.engine import Store

_TABLE = schema.sign_in_links


def write(connection: Connection, link: SignInLink) -> None:
    """Keeps a link. One for nobody in particular takes the place of those before it."""
    row = {"digest": link.digest, "made": link.made, "ends": link.ends}
    if link.account is None:
        connection.execute(delete(_TABLE).where(_TABLE.c.member.is_(None)))
    else:
        row |= {"member": link.account.member, "address": link.account.address}
    connection.execute(insert(_TABLE), row)


def find(store: Store, digest: str) -> SignInLink | None:
    """The link of this digest, over or not; None where there is none, or it was used. It can still be used after."""
    with store.glancing() as connection:
        row = connection.execute(select(_TABLE).where(_TABLE.c.digest == digest)).first()
    return None if row is None else _link(row)


def use(connection: Connection, digest: str, now: datetime) -> SignInLink | None:
    """Takes the link away, for the one who uses it; None where there is none, it was used before, or it is over.

    One statement: whoever comes at the same moment finds nothing.
    """
    taken = delete(_TABLE).where(_TABLE.c.digest == digest, _TABLE.c.ends > now).returning(_TABLE)
    row = connection.execute(taken).first()
    return None if row is None else _link(row)


def end_of(connection: Connection, member: str | None) -> int:
    """Takes away all links of a member, or all for nobody in particular, used by nobody; how many."""
    of = _TABLE.c.member.is_(None) if member is None else _TABLE.c.member == member
    return connection.execute(delete(_TABLE).where(of)).rowcount


def purge(store: Store, now: datetime) -> int:
    """Drops those that nobody can use any more; how many."""
    with store.writing() as connection:
        return connection.execute(delete(_TABLE).where(_TABLE.c.ends <= now)).rowcount


def _link(row: Row[Any]) -> SignInLink:
    account = None if row.member is None else Account(row.member, row.address)
    return SignInLink(digest=row.digest, account=account, made=row.made, ends=row.ends)
