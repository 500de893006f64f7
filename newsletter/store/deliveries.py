"""How a row of the ledger is looked for and read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, literal, literal_column, or_, select

from newsletter.model.answer import Answer, Phase
from newsletter.model.mailing import Delivery, DeliveryState, MailingId
from newsletter.model.subscriber import Mark
from newsletter.store import schema

_ROWS = schema.deliveries


def in_state(*states: DeliveryState) -> ColumnElement[bool]:
    """The condition that a row is in one of these; for one state in the words of the index of such rows."""
    return or_(*(_ROWS.c.state == literal_column(f"'{state.value}'") for state in states))


def any_in(connection: Connection, mailing: MailingId, state: DeliveryState, *more: ColumnElement[bool]) -> bool:
    """Whether a mailing has a row in this state, of which more may be asked."""
    if state is DeliveryState.DEFERRED:
        return _any(connection, mailing, _ROWS.c.next_try, literal_column("''"), in_state(state), *more)
    return _any(connection, mailing, _ROWS.c.seq, literal(0), in_state(state), *more)


def any_closed(connection: Connection, mailing: MailingId) -> bool:
    """Whether a row of a mailing came to its end without an intent: refused, expired, suppressed."""
    states = (DeliveryState.REFUSED, DeliveryState.EXPIRED, DeliveryState.SUPPRESSED)
    closed = _ROWS.c.state.in_([literal_column(f"'{state.value}'") for state in states])
    return _any(connection, mailing, _ROWS.c.seq, literal(0), closed)


def first_planned(connection: Connection, mailing: MailingId) -> int | None:
    """The `seq` of the first row that is still planned; None where none is."""
    return _first(connection, mailing, _ROWS.c.seq, literal(0), in_state(DeliveryState.PLANNED))


def _any(
    connection: Connection, mailing: MailingId, ordered: Column[Any], above: ColumnElement[Any], *more: Any
) -> bool:
    """Whether there is such a row."""
    return _first(connection, mailing, ordered, above, *more) is not None


def _first(
    connection: Connection, mailing: MailingId, ordered: Column[Any], above: ColumnElement[Any], *more: Any
) -> int | None:
    """The `seq` of the first such row.

    QUIRK: SQLite, which has no figures, reads the whole mailing rather than an index of the few such rows, unless the
    query asks for a range and for the order of that index.
    """
    query = select(_ROWS.c.seq).where(_ROWS.c.mailing == mailing, ordered > above, *more).order_by(ordered).limit(1)
    return connection.scalar(query)


def said(answer: Answer) -> dict[str, Any]:
    """The columns of an answer."""
    return {"phase": answer.phase.value, "code": answer.code, "status": answer.status, "said": answer.said}


def delivery_of(row: Row[Any]) -> Delivery:
    """The delivery of a whole row of the table."""
    answer = None if row.phase is None else Answer(Phase(row.phase), row.code, row.status, row.said or "")
    return Delivery(
        mailing=MailingId(row.mailing),
        seq=row.seq,
        mark=Mark(row.mark),
        address=row.address,
        name=row.name,
        state=DeliveryState(row.state),
        attempt=row.attempt,
        tries=row.tries,
        next_try=row.next_try,
        digest=row.digest,
        answer=answer,
        changed=row.changed,
    )
