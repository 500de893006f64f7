"""Which installation may send. A copy of folder and database is another one, and sends nothing until it claims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from newsletter.model.audit import Deed
from newsletter.store import audit, schema
from newsletter.store.engine import Store

_TABLE = schema.installation


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The one that may send."""

    number: int  # from 1: how often somebody has claimed
    identity: str  # of machine, folder and database; compared exactly
    claimed: datetime  # UTC
    who: str  # as the audit log names them
    words: str  # the machine and folder, for people


def holder(store: Store) -> Installation | None:
    """The installation that may send; None: nobody has claimed yet."""
    with store.reading() as connection:
        row = connection.execute(select(_TABLE).order_by(_TABLE.c.number.desc()).limit(1)).first()
    if row is None:
        return None
    return Installation(number=row.number, identity=row.identity, claimed=row.claimed, who=row.who, words=row.words)


def claim(store: Store, identity: str, words: str, who: str, now: datetime) -> Installation:
    """Makes this installation the one that may send, with "claim" in the audit log. Nothing changes where it is."""
    with store.writing_alone() as connection:
        row = connection.execute(select(_TABLE).order_by(_TABLE.c.number.desc()).limit(1)).first()
        if row is not None and row.identity == identity:
            return Installation(number=row.number, identity=identity, claimed=row.claimed, who=row.who, words=row.words)
        number = row.number + 1 if row else 1
        connection.execute(
            insert(_TABLE), {"number": number, "identity": identity, "claimed": now, "who": who, "words": words}
        )
        note = f"{words}, instead of {row.words}" if row else words
        audit.write(connection, Deed(happened=now, who=who, act="claim", issue=None, digest=None, note=note))
        return Installation(number=number, identity=identity, claimed=now, who=who, words=words)
