"""What the answers of mail servers make of the rows of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, Text, and_, bindparam, case, select, update

from newsletter.model.mailing import DeliveryState, MailingId, Verdict
from newsletter.model.subscriber import Act, Mark, Reason
from newsletter.store import happenings, schema, suppressions
from newsletter.store.columns import Instant
from newsletter.store.deliveries import in_state, said
from newsletter.store.prepared import Prepared

_ROWS = schema.deliveries
_S = DeliveryState

# What an answer makes of a row that is handed over, and of one whose envelope went ahead of any intent.
AFTER_INTENT = (_S.ACCEPTED, _S.REFUSED, _S.DEFERRED, _S.UNKNOWN)
AHEAD = (_S.REFUSED, _S.DEFERRED)

_TO, _COUNTED = bindparam("to", type_=Text), bindparam("counted", type_=Integer)
_NOW = bindparam("now", type_=Instant)
_FIRST = and_(_COUNTED == 1, _ROWS.c.first_try.is_(None))
_STATE = {
    "state": _TO,
    "tries": _ROWS.c.tries + _COUNTED,
    "first_try": case((_FIRST, _NOW), else_=_ROWS.c.first_try),
    "next_try": bindparam("next"),
    "changed": _NOW,
}
_ANSWER: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("phase", "code", "status", "said")}
_ANSWER["said"] = case((_ROWS.c.address.is_not(None), bindparam("new_said")))  # the words may name who was erased
_THIS = (_ROWS.c.mailing == bindparam("of"), _ROWS.c.seq == bindparam("row"), _ROWS.c.attempt == bindparam("was"))
_UPDATE = update(_ROWS).where(*_THIS)

_HANDED = _UPDATE.where(in_state(_S.HANDING_OVER)).values(_STATE | _ANSWER)
_AFTER = Prepared(_HANDED)
# Lets go of its edition, for the reader may get a mended one; but not where the first may have arrived already.
_DEFER = Prepared(_HANDED.values(digest=case((_ROWS.c.pinned == 1, _ROWS.c.digest))))
_BEFORE = Prepared(_UPDATE.where(in_state(_S.PLANNED, _S.DEFERRED)).values(_STATE | _ANSWER))
_EXPIRE = Prepared(_UPDATE.where(in_state(_S.DEFERRED)).values(_STATE))  # the last answer stays: it says why


def write(connection: Connection, mailing: MailingId, verdicts: Sequence[Verdict], now: datetime) -> None:
    """Writes each verdict into its row, or nothing where the row is at another attempt or in a state that the verdict
    is not about. Raises `ValueError` for a verdict that no row can take."""
    batches: dict[Prepared, list[dict[str, Any]]] = {}
    for one in verdicts:
        batches.setdefault(_statement(one), []).append(_values(mailing, one, now))
    for statement, values in batches.items():
        statement.run(connection, values)
    for one in verdicts:
        if one.suppress:
            _suppress(connection, mailing, one, now)


def _statement(verdict: Verdict) -> Prepared:
    if (verdict.state is _S.DEFERRED) != (verdict.next_try is not None):
        raise ValueError(f"{verdict!r}: a deferral says when the next try is, and nothing else does")
    if verdict.state is _S.EXPIRED:
        return _EXPIRE
    if verdict.state not in (AHEAD if verdict.ahead else AFTER_INTENT):
        raise ValueError(f"{verdict!r}: no answer makes this of a row")
    if verdict.ahead:
        return _BEFORE
    return _DEFER if verdict.state is _S.DEFERRED else _AFTER


def _values(mailing: MailingId, one: Verdict, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"of": mailing, "row": one.seq, "was": one.attempt, "to": one.state.value, "now": now}
    values |= {"counted": int(one.counted), "next": one.next_try}
    if one.state is not _S.EXPIRED:
        values |= {f"new_{name}": value for name, value in said(one.answer).items()}
    return values


def _suppress(connection: Connection, mailing: MailingId, verdict: Verdict, now: datetime) -> None:
    """Forbids writing to a reader whose row has taken this verdict, and tells it in their story."""
    taken = (_ROWS.c.state == verdict.state.value, _ROWS.c.changed == now)
    this = (_ROWS.c.mailing == mailing, _ROWS.c.seq == verdict.seq, _ROWS.c.attempt == verdict.attempt)
    row = connection.execute(select(_ROWS.c.mark, _ROWS.c.address).where(*this, *taken)).first()
    if row is None:
        return
    mark, words = Mark(row.mark), None if row.address is None else str(verdict.answer)
    if suppressions.suppress(connection, mark, Reason.HARD_BOUNCE, now, words):
        note = ": ".join(filter(None, (Reason.HARD_BOUNCE.value, words)))
        happenings.write(connection, mark, Act.SUPPRESSED, f"mailing {mailing}", now, note)
