"""Who may be written to at this moment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, and_, exists, or_

from newsletter.model.subscriber import SubscriberState
from newsletter.store import schema

_READERS, _SUPPRESSIONS = schema.subscribers, schema.suppressions


def writable(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """The condition that a row of `subscribers` is a reader who wants an issue now, and whose address nothing
    forbids."""
    return and_(wanting(now), ~forbidden())


def wanting(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """The condition that they have said yes and are not away: confirmed, or paused until a time that is past."""
    return or_(_READERS.c.state == SubscriberState.CONFIRMED.value, back_again(now))


def back_again(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """The condition that they were away until a time that is past."""
    return and_(_READERS.c.state == SubscriberState.PAUSED.value, _READERS.c.until <= now)


def forbidden() -> ColumnElement[bool]:
    """The condition that some suppression of theirs is not lifted."""
    return exists().where(_SUPPRESSIONS.c.mark == _READERS.c.mark, _SUPPRESSIONS.c.lifted.is_(None))
