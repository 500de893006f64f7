"""The ledger: one row for each reader of a mailing, and what is known of it. Nothing is sent that is not here first.

Every change of a row is a compare-and-set on its state and, where an answer is concerned, on its attempt. So a commit
whose own answer was lost can be repeated, and an answer that comes late changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, bindparam, exists, null, select, update

from newsletter.model.answer import Answer, Phase
from newsletter.model.mailing import (
    Committed,
    DeliveryState,
    Intent,
    MailingId,
    MailingState,
    Recipient,
    Verdict,
    Waiting,
)
from newsletter.model.marks import mark_text
from newsletter.model.subscriber import Mark
from newsletter.store import answers, days, mailings, schema
from newsletter.store.columns import Instant, instant_text
from newsletter.store.deliveries import any_in, in_state, said
from newsletter.store.engine import Store
from newsletter.store.errors import StoreError
from newsletter.store.owning import Owned
from newsletter.store.planned import PlannedRows
from newsletter.store.prepared import Prepared
from newsletter.store.writable import writable

TEAM_WAITS = timedelta(minutes=10)  # between the team's own mails and all others, for somebody to cry stop
_ROWS, _READERS, _MAILINGS = schema.deliveries, schema.subscribers, schema.mailings
_S = DeliveryState
_BEFORE = (_S.PLANNED.value, _S.DEFERRED.value)

_LOST = Answer(Phase.DOT, 0, said="the program was stopped while the mail was being handed over")


_COLUMNS = tuple(_ROWS.c[name] for name in ("seq", "mark", "address", "name", "attempt", "digest"))
_NEXT = (
    _ROWS.c.mailing == bindparam("of"),
    in_state(_S.PLANNED),
    _ROWS.c.seq > bindparam("after"),
    _ROWS.c.address.is_not(None),
)
_NEXT_ROWS = Prepared(select(*_COLUMNS).where(*_NEXT).order_by(_ROWS.c.seq).limit(bindparam("most", type_=Integer)))
_FIRST = Prepared(select(_ROWS.c.seq).where(*_NEXT).order_by(_ROWS.c.seq).limit(1))
_FROM_IT = Prepared(
    select(*_COLUMNS)
    .where(
        _ROWS.c.mailing == bindparam("of"),
        _ROWS.c.seq.between(bindparam("first"), bindparam("last")),
        _ROWS.c.state == bindparam("begun"),  # bound, so that this goes by the table, not by the index
        _ROWS.c.address.is_not(None),
    )
    .order_by(_ROWS.c.seq)
)


def recover(owned: Owned, mailing: MailingId, now: datetime) -> int:
    """How many rows that an owner before us was handing over are UNKNOWN now. For a new owner, before anything else;
    never in the middle of one's own work."""
    of_it, left = _ROWS.c.mailing == mailing, in_state(_S.HANDING_OVER)
    found = select(_ROWS.c.seq).where(of_it, left, _ROWS.c.seq > 0).order_by(_ROWS.c.seq)  # as `any_in` has to ask
    values = {"state": _S.UNKNOWN.value, "changed": now, **said(_LOST)}
    with owned.writing() as connection:
        seqs = connection.scalars(found).all()
        for seq in seqs:  # one for each lane
            connection.execute(update(_ROWS).where(of_it, left, _ROWS.c.seq == seq).values(values))
        return len(seqs)


def planned(store: Store, mailing: MailingId, after_seq: int, limit: int) -> PlannedRows:
    """The next rows that were never begun, by `seq`; `limit` of them or fewer, none only where there are none.

    Those of erased readers are left out, see `settle`.
    """
    rows = _next_of_table if store.on_sqlite else _next_of_index
    with store.glancing() as connection:
        return PlannedRows(rows(connection, mailing, after_seq, limit))


def _next_of_index(connection: Connection, mailing: MailingId, after_seq: int, limit: int) -> Sequence[tuple[Any, ...]]:
    return _NEXT_ROWS.rows(connection, {"of": mailing, "after": after_seq, "most": limit})


def _next_of_table(connection: Connection, mailing: MailingId, after_seq: int, limit: int) -> Sequence[tuple[Any, ...]]:
    """The first planned row is found by the index of such rows, and the page is read from there in the order of the
    table, where SQLite has the rows one behind the other: a quarter quicker than a look-up a row. Gaps among them are
    rare. Two statements, because SQLite 3.40 leaves the index aside where the first is part of the second.
    """
    found = _FIRST.rows(connection, {"of": mailing, "after": after_seq})
    if not found:
        return []
    first = found[0][0]
    values = {"of": mailing, "first": first, "last": first + limit - 1, "begun": _S.PLANNED.value}
    return _FROM_IT.rows(connection, values)


def due(store: Store, mailing: MailingId, now: datetime, limit: int) -> tuple[Waiting, ...]:
    """The deferred rows whose next try has come, the longest due first. Those of erased readers are left out."""
    wanted = (_ROWS.c.mailing == mailing, in_state(_S.DEFERRED), _ROWS.c.next_try <= now, _ROWS.c.address.is_not(None))
    with store.reading() as connection:
        return _deferred(connection, wanted, limit)


def next_due(store: Store, mailing: MailingId) -> datetime | None:
    """When the first of the deferred rows is to be tried again; None where there are none."""
    wanted = (_ROWS.c.mailing == mailing, in_state(_S.DEFERRED), _ROWS.c.address.is_not(None))
    with store.reading() as connection:
        return connection.scalar(select(_ROWS.c.next_try).where(*wanted).order_by(_ROWS.c.next_try).limit(1))


def digests(store: Store, mailing: MailingId) -> tuple[str, ...]:
    """The editions that rows which are still to be sent may need: the mailing's, then those that rows keep for being
    sent again, sorted."""
    own = _ROWS.c.digest.is_not(None)
    with store.reading() as connection:
        found = mailings.get(connection, mailing)
        first = found.digest
        if found.began is None:  # a row gets a digest of its own with its first intent
            return (first,)
        queries = (
            select(_ROWS.c.digest).where(_ROWS.c.mailing == mailing, in_state(state), own).distinct()
            for state in (_S.PLANNED, _S.DEFERRED)
        )
        kept = {digest for query in queries for digest in connection.scalars(query)}
    return (first, *sorted(kept - {first}))


def commit(
    owned: Owned, mailing: MailingId, verdicts: Sequence[Verdict], intents: Sequence[Intent], now: datetime
) -> Committed:
    """Writes what servers answered and whom we are about to hand a mail to, in one transaction.

    An intent is granted where the mailing is sending, the row stands as the intent says, its edition is the row's own
    or else the mailing's, and its reader may be written to; nobody can leave between that look and the commit. A reader
    who left or is away is SUPPRESSED instead. Rows behind the team's own wait until `rest_from`. All other intents
    change nothing: where the mailing is sending, look at it and the row again, somebody may have mended the edition.

    A commit that raised `StoreError` may be on disk nevertheless. Repeat it with the very same arguments, `now`
    included, until it returns: it then grants what it has granted already, and nothing that another owner began.
    Raises `ValueError` for a verdict that no row can take.
    """
    with owned.writing() as connection:
        answers.write(connection, mailing, verdicts, now)
        found = _standing(connection, mailing)
        granted, suppressed = _intended(connection, found, intents, now)
        _begun(connection, found, bool(granted), now)
    return Committed(found.state, granted, suppressed)


def settle(owned: Owned, mailing: MailingId, now: datetime) -> MailingState:
    """The state of the mailing, which becomes SENT or UNRESOLVED once no row is open. Open rows of readers who were
    erased before their turn become SUPPRESSED first."""
    ending = (MailingState.SENDING, MailingState.PAUSED, MailingState.UNRESOLVED)
    with owned.writing() as connection:
        found = mailings.get(connection, mailing)
        if found.state not in ending or _somebody_waits(connection, mailing):
            return found.state
        for state in (_S.PLANNED, _S.DEFERRED):
            erased = update(_ROWS).where(_ROWS.c.mailing == mailing, in_state(state))
            connection.execute(erased.values(state=_S.SUPPRESSED.value, next_try=None, changed=now))
        to = MailingState.UNRESOLVED if any_in(connection, mailing, _S.UNKNOWN) else MailingState.SENT
        mailings.step(connection, mailing, to, ending, now)
        return to


def _somebody_waits(connection: Connection, mailing: MailingId) -> bool:
    """Whether a row is being handed over, or waits for that and has an address."""
    named = _ROWS.c.address.is_not(None)
    waiting = any(any_in(connection, mailing, state, named) for state in (_S.PLANNED, _S.DEFERRED))
    return waiting or any_in(connection, mailing, _S.HANDING_OVER)


def _deferred(connection: Connection, wanted: Iterable[ColumnElement[bool]], limit: int) -> tuple[Waiting, ...]:
    columns = ("seq", "mark", "address", "name", "attempt", "tries", "first_try", "digest")
    query = select(*(_ROWS.c[name] for name in columns)).where(*wanted)
    return tuple(
        Waiting(_recipient(seq, mark, address, name), attempt, *rest)
        for seq, mark, address, name, attempt, *rest in connection.execute(
            query.order_by(_ROWS.c.next_try, _ROWS.c.seq).limit(limit)
        ).all()
    )


def _recipient(seq: int, mark: Mark, address: str, name: str | None) -> Recipient:
    return Recipient(seq=seq, subscriber=mark_text(mark), address=address, name=name)


_NOW = bindparam("now", type_=Instant)
_WAS = bindparam("was", type_=Integer)
_MAY = exists().where(_READERS.c.mark == _ROWS.c.mark, writable(_NOW))
_LOOKED_AT = 16  # rows that one look takes in; a statement is made for a number of them, and unused places are doubles
_LOOK = Prepared(
    select(*(_ROWS.c[name] for name in ("seq", "state", "attempt", "changed", "digest")), _MAY).where(
        _ROWS.c.mailing == bindparam("of"), _ROWS.c.seq.in_([bindparam(f"row{at}") for at in range(_LOOKED_AT)])
    )
)
_THIS = (_ROWS.c.mailing == bindparam("of"), _ROWS.c.seq == bindparam("row"), _ROWS.c.attempt == _WAS)
_WAITING = update(_ROWS).where(*_THIS, in_state(_S.PLANNED, _S.DEFERRED))
_GRANT = Prepared(
    _WAITING.values(
        state=_S.HANDING_OVER.value, attempt=_WAS + 1, next_try=null(), digest=bindparam("with"), changed=_NOW
    )
)
_CLOSE = Prepared(_WAITING.values(state=_S.SUPPRESSED.value, next_try=null(), changed=_NOW))
_STANDING = Prepared(
    select(*(_MAILINGS.c[name] for name in ("state", "digest", "team", "rest_from", "began"))).where(
        _MAILINGS.c.id == bindparam("of")
    )
)


@dataclass(frozen=True, slots=True)
class _Standing:
    """What a commit has to know of its mailing; all of it would take ten times as long."""

    id: MailingId
    state: MailingState
    digest: str
    team: int
    rest_from: datetime | None
    began: bool


def _standing(connection: Connection, mailing: MailingId) -> _Standing:
    row: Any = _STANDING.run(connection, [{"of": mailing}]).first()
    if row is None:
        raise StoreError(f"there is no mailing {mailing} any more; put back a backup of the database")
    state, digest, team, rest_from, began = row
    rest = None if rest_from is None else datetime.fromisoformat(rest_from)
    return _Standing(mailing, MailingState(state), digest, team, rest, began is not None)


def _looked_at(connection: Connection, mailing: MailingId, seqs: Sequence[int], now: datetime) -> dict[int, Any]:
    """State, attempt, time of the last change, edition and whether the reader may be written to, of each row."""
    stand: dict[int, Any] = {}
    for at in range(0, len(seqs), _LOOKED_AT):
        some = seqs[at : at + _LOOKED_AT]
        places = {f"row{place}": some[min(place, len(some) - 1)] for place in range(_LOOKED_AT)}
        for row in _LOOK.rows(connection, {"of": mailing, "now": now, **places}):
            stand[row[0]] = row[1:]
    return stand


def _intended(
    connection: Connection, mailing: _Standing, intents: Sequence[Intent], now: datetime
) -> tuple[frozenset[int], frozenset[int]]:
    """Which rows are being handed over by these very intents, and which are suppressed instead, once it is written."""
    if not intents:
        return frozenset(), frozenset()
    stand = _looked_at(connection, mailing.id, [one.seq for one in intents], now)
    this_commit = instant_text(now)
    granted, suppressed = set(), set()
    grants: list[dict[str, Any]] = []
    closes: list[dict[str, Any]] = []
    for one in intents:
        state, attempt, changed, digest, may = stand[one.seq]
        this = {"of": mailing.id, "row": one.seq, "was": one.attempt, "now": now}
        if (state, attempt, changed) == (_S.HANDING_OVER.value, one.attempt + 1, this_commit):
            granted.add(one.seq)  # this very commit is repeated
        elif state == _S.SUPPRESSED.value:
            suppressed.add(one.seq)
        elif not (_as_read(one, state, attempt, digest or mailing.digest) and _open_for(mailing, one.seq, now)):
            continue
        elif may:
            granted.add(one.seq)
            grants.append({**this, "with": one.digest})
        else:
            suppressed.add(one.seq)
            closes.append(this)
    for statement, values in ((_GRANT, grants), (_CLOSE, closes)):
        if values:
            statement.run(connection, values)
    if grants:  # not those that a commit before this one has counted
        days.count(connection, now.date(), len(grants))
    return frozenset(granted), frozenset(suppressed)


def _as_read(intent: Intent, state: str, attempt: int, digest: str) -> bool:
    """Whether a row still is what the intent was made from."""
    return state in _BEFORE and (attempt, digest) == (intent.attempt, intent.digest)


def _open_for(mailing: _Standing, seq: int, now: datetime) -> bool:
    """Whether the mailing lets this row begin now."""
    if mailing.state is not MailingState.SENDING:
        return False
    return seq <= mailing.team or not mailing.team or (mailing.rest_from is not None and now >= mailing.rest_from)


def _begun(connection: Connection, mailing: _Standing, granted: bool, now: datetime) -> None:
    values: dict[str, datetime] = {}
    if granted and not mailing.began:
        values["began"] = now
    if mailing.team and mailing.rest_from is None and mailing.state is MailingState.SENDING:
        own = (_ROWS.c.seq <= mailing.team, _ROWS.c.address.is_not(None))
        if not any_in(connection, mailing.id, _S.PLANNED, *own):
            values["rest_from"] = now + TEAM_WAITS
    if values:
        connection.execute(update(_MAILINGS).where(_MAILINGS.c.id == mailing.id).values(values))
