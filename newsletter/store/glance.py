"""Reading on its own, or inside a transaction that somebody has begun."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from sqlalchemy import Connection

from newsletter.store.engine import Store


def glance(place: Store | Connection) -> AbstractContextManager[Connection]:
    """A connection to read by: that of the transaction, which sees its own changes, or one of the store for now."""
    return place.reading() if isinstance(place, Store) else nullcontext(place)
