"""Newcomers: readers who may have come since a mailing was planned that has not begun.

To look among all readers for those whom a plan lacks takes seconds where there are a million of them. So whatever makes
somebody a reader, or lifts what forbade writing to them, notes their mark here in its own transaction while a mailing
waits for its first mail. A mark too many is harmless: `planning.top_up` asks of each whether it may be written to.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, exists, select
from sqlalchemy.dialects import postgresql, sqlite

from newsletter.model.mailing import MailingId, MailingState
from newsletter.model.subscriber import Mark
from newsletter.store import schema

_TABLE, _MAILINGS = schema.newcomers, schema.mailings
_S = MailingState
# Those that are missed or cancelled are planned anew, should they ever begin.
_WAITS = (
    _MAILINGS.c.began.is_(None),
    _MAILINGS.c.state.in_([state.value for state in (_S.PLANNING, _S.READY, _S.SENDING, _S.PAUSED)]),
)
_SOME = select(exists().where(*_WAITS))


def note(connection: Connection, marks: Sequence[Mark]) -> None:
    """Notes readers who may be written to from now on, where some mailing waits for its first mail. Within
    `Store.writing_alone`: who is not noted is there before that mailing is made, and is planned for."""
    if marks and connection.scalar(_SOME):
        added = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(_TABLE)
        connection.execute(added.on_conflict_do_nothing(), [{"mark": mark} for mark in marks])


def forget(connection: Connection, mailing: MailingId) -> None:
    """Forgets all of them, where no other mailing waits: this one is about to be planned, and finds them itself."""
    connection.execute(delete(_TABLE).where(~exists().where(*_WAITS, _MAILINGS.c.id != mailing)))
