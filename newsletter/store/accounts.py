"""Accounts of the desk: whoever has a password, a link or a session has one."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, union

from newsletter.model.session import Account
from newsletter.store import schema

_TABLES = (schema.passwords, schema.sign_in_links, schema.sessions)


def known(connection: Connection) -> tuple[Account, ...]:
    """Every account, also one of which nothing is left but what is over, by id."""
    query = union(*(select(table.c.member, table.c.address).where(table.c.member.is_not(None)) for table in _TABLES))
    rows = connection.execute(query.order_by(*query.selected_columns))
    return tuple(Account(row.member, row.address) for row in rows)


def end(connection: Connection, account: Account) -> None:
    """Takes away all that lets this one in. Another account with the same id stays."""
    for table in _TABLES:
        connection.execute(delete(table).where(table.c.member == account.member, table.c.address == account.address))
