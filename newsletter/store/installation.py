"""Which installation may send. A copy of folder and database is another one, and sends nothing until it claims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select

from newsletter.model.audit import Deed
from newsletter.store import audit, schema
from newsletter.store.engine import Store

_TABLE = schema.installation
_NOBODY = "put back from a backup"  # no SHA-256: an identity that no installation has
_NOWHERE = "a machine that never sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The one that may send."""

    number: int  # from 1: how often somebody has claimed, or a backup was put back
    identity: str  # of machine, folder and database; compared exactly
    claimed: datetime  # UTC
    who: str  # as the audit log names them
    words: str  # the machine and folder, for people
    restored: datetime | None = None  # UTC: it began with a backup that was made then; None: it did not

    @property
    def is_nobody(self) -> bool:
        """Whether a backup was put back and nobody has claimed since. `words` then are of the one it was made of."""
        return self.identity == _NOBODY

    def may_have_missed(self, due: datetime) -> bool:
        """Whether something due at this time may have gone out from the installation that the backup was made of,
        without a trace here: it was due after the backup, and before somebody claimed."""
        return self.restored is not None and self.restored < due <= self.claimed


def holder(store: Store) -> Installation | None:
    """The installation that may send; None: nobody has claimed yet."""
    with store.reading() as connection:
        row = _newest(connection)
    return None if row is None else _installation(row)


def claim(store: Store, identity: str, words: str, who: str, now: datetime) -> Installation:
    """Makes this installation the one that may send, with "claim" in the audit log. Nothing changes where it is."""
    with store.writing_alone() as connection:
        row = _newest(connection)
        if row is not None and row.identity == identity:
            return _installation(row)
        before = None if row is None else _installation(row)
        ours = Installation(
            number=before.number + 1 if before else 1,
            identity=identity,
            claimed=now,
            who=who,
            words=words,
            restored=before.restored if before and before.is_nobody else None,
        )
        _write(connection, ours)
        note = f"{words}, instead of {before.words}" if before else words
        audit.write(connection, Deed(happened=now, who=who, act="claim", issue=None, digest=None, note=note))
        return ours


def take_away(connection: Connection, restored: datetime, now: datetime, who: str) -> None:
    """Lets nobody send, not even the machine and folder that could before, until somebody claims: the database was put
    back from a backup made at `restored`. In a transaction of `Store.writing_alone`."""
    row = _newest(connection)
    number, words = (row.number + 1, row.words) if row else (1, _NOWHERE)
    nobody = Installation(number=number, identity=_NOBODY, claimed=now, who=who, words=words, restored=restored)
    _write(connection, nobody)


def _newest(connection: Connection) -> Row[tuple[object, ...]] | None:
    return connection.execute(select(_TABLE).order_by(_TABLE.c.number.desc()).limit(1)).first()


def _installation(row: Row[tuple[object, ...]]) -> Installation:
    return Installation(**row._mapping)


def _write(connection: Connection, one: Installation) -> None:
    columns = ("number", "identity", "claimed", "who", "words", "restored")
    connection.execute(insert(_TABLE), {name: getattr(one, name) for name in columns})
