"""How far mailboxes of ours were read."""

from __future__ import annotations

from sqlalchemy import select

from newsletter.store import schema
from newsletter.store.engine import Store

_TABLE = schema.cursors


def read(store: Store, name: str) -> str | None:
    """Where to go on in the mailbox of this name; None: at its beginning."""
    with store.reading() as connection:
        return connection.scalar(select(_TABLE.c.cursor).where(_TABLE.c.name == name))


def write(store: Store, name: str, cursor: str) -> None:
    """Keeps how far a mailbox was read. For when everything before it is on disk."""
    with store.writing() as connection:
        connection.execute(store.upsert(_TABLE, changing=("cursor",)), {"name": name, "cursor": cursor})
