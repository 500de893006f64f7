"""What became of a mailing: sums, the people behind each figure, and what a person decides about them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, and_, bindparam, func, select, update

from newsletter.model.audit import Deed
from newsletter.model.errors import NewsletterError
from newsletter.model.issue import IssueId
from newsletter.model.mailing import OPEN, Delivery, DeliveryState, Mailing, MailingId, MailingState, Receipt
from newsletter.model.returned import Nature
from newsletter.model.subscriber import Mark
from newsletter.store import audit, mailings, returned, schema
from newsletter.store.columns import Written
from newsletter.store.deliveries import any_closed, any_in, delivery_of, in_state
from newsletter.store.engine import Store
from newsletter.store.glance import glance
from newsletter.store.owning import Owned

_AT_ONCE = 5_000  # rows in one transaction, so that each is short
_ROWS, _MAILINGS = schema.deliveries, schema.mailings
_S = DeliveryState
_TO_THE_MINUTE, _TO_TEN_SECONDS = len("2026-11-27T13:00"), len("2026-11-27T13:00:0")
_COPY = select(_ROWS).where(_ROWS.c.mailing == bindparam("of"), _ROWS.c.seq == bindparam("row"))  # made once


class NothingIsSent(NewsletterError):
    """A row of a cancelled mailing is not handed over again."""

    def __init__(self, mailing: Mailing) -> None:
        self.mailing = mailing
        what = f"the mailing of {mailing.issue} is cancelled, nothing of it is sent any more"
        super().__init__(f"{what}; say `accept` of what is unknown")


@dataclass(frozen=True, slots=True)
class Came:
    """So many rows came into the state that they are in now, within a minute or ten seconds."""

    state: DeliveryState
    at: datetime  # UTC: the beginning of that time
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows that a server answered alike."""

    state: DeliveryState
    domain: str  # behind the "@" of their addresses, in small letters; "" for readers who were erased
    code: int | None  # of SMTP; None: there was no answer
    status: str | None  # enhanced
    said: str  # the words of one of them
    count: int


def receipt(store: Store, mailing: MailingId) -> Receipt:
    """The sums of a mailing, all of one moment."""
    of_mailing = _ROWS.c.mailing == mailing
    groups = (_ROWS.c.state, _ROWS.c.digest, _ROWS.c.tries > 0)
    sums = select(*groups, func.count()).where(of_mailing).group_by(*groups)
    first = select(_ROWS.c.next_try).where(of_mailing, in_state(_S.DEFERRED)).order_by(_ROWS.c.next_try).limit(1)
    with store.reading() as connection:
        if not store.on_sqlite:
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        found = mailings.get(connection, mailing)
        if _is_untouched(connection, found):
            counted: list[tuple[str, str | None, bool, int]] = [(_S.PLANNED.value, None, False, found.total)]
        else:
            counted = [(row[0], row[1], row[2], row[3]) for row in connection.execute(sums)]
        back = returned.counts(connection, mailing)
        return _summed(found, counted, back, connection.scalar(first))


def counts(store: Store, mailing: MailingId) -> tuple[tuple[DeliveryState, int], ...]:
    """How many rows are in each state, in the order of the enum: for a mailing of which none was touched, at once."""
    with store.reading() as connection:
        found = mailings.get(connection, mailing)
        if _is_untouched(connection, found):
            return tuple((state, found.total if state is _S.PLANNED else 0) for state in _S)
    return receipt(store, mailing).counts


def _is_untouched(connection: Connection, mailing: Mailing) -> bool:
    """Whether all its rows are planned and as they were: they need not be counted then."""
    told = mailing.began is None and mailing.state not in (MailingState.PLANNING, MailingState.CANCELLED)
    return told and not any_closed(connection, mailing.id) and not any_in(connection, mailing.id, _S.DEFERRED)


def changes_in_time(
    store: Store, mailing: MailingId, *, finely: bool = False, since: datetime | None = None
) -> tuple[Came, ...]:
    """When rows came into the state that they are in, the first in front: counted by minutes, `finely` by ten seconds.

    What a row was before is not kept: one that was deferred twice and then accepted is told as accepted.
    """
    moment = func.substr(_ROWS.c.changed, 1, _TO_TEN_SECONDS if finely else _TO_THE_MINUTE, type_=Text())
    wanted = [_ROWS.c.mailing == mailing, _ROWS.c.changed.is_not(None)]
    wanted += [] if since is None else [_ROWS.c.changed >= since]
    query = select(_ROWS.c.state, moment, func.count()).where(*wanted)
    with store.reading() as connection:
        found = connection.execute(query.group_by(_ROWS.c.state, moment).order_by(moment, _ROWS.c.state))
        return tuple(Came(DeliveryState(row[0]), _beginning(row[1]), row[2]) for row in found)


def answered_alike(
    store: Store, mailing: MailingId, states: Collection[DeliveryState], limit: int
) -> tuple[Group, ...]:
    """The rows in these states by what their servers answered, the largest groups in front, at most `limit` of them."""
    at = func.instr if store.on_sqlite else func.strpos
    address = func.lower(_ROWS.c.address, type_=Text())
    domain = func.coalesce(func.substr(address, at(address, "@") + 1), "", type_=Text()).label("domain")
    count, said = func.count().label("count"), func.min(_ROWS.c.said, type_=Written())
    groups = (_ROWS.c.state, domain, _ROWS.c.code, _ROWS.c.status)
    wanted = (_ROWS.c.mailing == mailing, _ROWS.c.state.in_([one.value for one in states]))
    query = select(*groups, said, count).where(*wanted).group_by(*groups)
    with store.reading() as connection:
        rows = connection.execute(query.order_by(count.desc(), domain, _ROWS.c.code, _ROWS.c.status).limit(limit))
        return tuple(
            Group(
                state=DeliveryState(row[0]), domain=row[1], code=row[2], status=row[3], said=row[4] or "", count=row[5]
            )
            for row in rows
        )


def people(
    store: Store, mailing: MailingId, states: Collection[DeliveryState], after_seq: int, limit: int
) -> tuple[Delivery, ...]:
    """The next rows in these states, by `seq`: whom a figure of the receipt speaks of."""
    wanted = (_ROWS.c.mailing == mailing, _ROWS.c.state.in_([one.value for one in states]), _ROWS.c.seq > after_seq)
    with store.reading() as connection:
        query = select(_ROWS).where(*wanted).order_by(_ROWS.c.seq).limit(limit)
        return tuple(map(delivery_of, connection.execute(query)))


def came_back(
    store: Store, mailing: MailingId, natures: Collection[Nature], after_seq: int, limit: int
) -> tuple[Delivery, ...]:
    """The next rows of which something of these natures came back, by `seq`, whatever their state."""
    back = schema.returned
    named = select(back.c.seq).where(back.c.mailing == mailing, back.c.nature.in_([one.value for one in natures]))
    wanted = (_ROWS.c.mailing == mailing, _ROWS.c.seq > after_seq, _ROWS.c.seq.in_(named))
    with store.reading() as connection:
        query = select(_ROWS).where(*wanted).order_by(_ROWS.c.seq).limit(limit)
        return tuple(map(delivery_of, connection.execute(query)))


def copy_of(place: Store | Connection, mailing: MailingId, seq: int) -> Delivery | None:
    """One row; None where there is none."""
    with glance(place) as connection:
        row = connection.execute(_COPY, {"of": mailing, "row": seq}).first()
        return None if row is None else delivery_of(row)


def newest_copies(place: Store | Connection, mark: Mark, limit: int) -> tuple[tuple[IssueId, Delivery], ...]:
    """The last rows of a reader, the newest mailing first, at most `limit`, each with the issue it brought."""
    query = (
        select(_MAILINGS.c.issue, _ROWS)
        .join_from(_MAILINGS, _ROWS, and_(_ROWS.c.mailing == _MAILINGS.c.id, _ROWS.c.mark == mark))
        .order_by(_MAILINGS.c.id.desc())
        .limit(limit)
    )
    with glance(place) as connection:
        found = [(IssueId.parse(row.issue), delivery_of(row)) for row in connection.execute(query)]
        return tuple((issue, one) for issue, one in found if issue is not None)


def of_reader(place: Store | Connection, marks: Sequence[Mark]) -> tuple[tuple[Mailing, Delivery], ...]:
    """Every mailing that had a row for one of these marks, the oldest first, with the row."""
    query = (
        select(_ROWS)
        .join_from(_MAILINGS, _ROWS, and_(_ROWS.c.mailing == _MAILINGS.c.id, _ROWS.c.mark.in_(marks)))
        .order_by(_ROWS.c.mailing, _ROWS.c.seq)
    )
    with glance(place) as connection:
        found = [delivery_of(row) for row in connection.execute(query)]
        return tuple((mailings.get(connection, one.mailing), one) for one in found)


def cancel_open(owned: Owned, mailing: MailingId, now: datetime) -> int:
    """How many rows that had not begun are CANCELLED now; none where the mailing is not cancelled.

    A row whose answer is still missing is left: its sender has to bring the answer, or `ledger.recover` to mark it.
    """
    return sum(_cancel(owned, mailing, state, now) for state in (_S.PLANNED, _S.DEFERRED))


def resolve(
    owned: Owned,
    mailing: MailingId,
    accept: bool,
    marks: Collection[Mark] | None,
    now: datetime,
    who: str,
    note: str | None = None,
) -> int:
    """How many UNKNOWN rows a person has decided about, with "resolve" in the audit log.

    `accept`: it arrived. Otherwise the row is planned again and keeps its edition, so that the reader would get the
    very same mail. `marks` are the readers meant; None: all. A mailing that was UNRESOLVED becomes READY where a row is
    to be sent, SENT where nobody has to decide any more. Raises `NothingIsSent`.
    """
    with owned.writing() as connection:
        found = mailings.get(connection, mailing)
        if found.state is MailingState.CANCELLED and not accept:
            raise NothingIsSent(found)
        count = _decide(connection, mailing, accept, marks, now)
        if count:
            _move_on(connection, found, now)
            words = f"{count} unknown: {'accept' if accept else 'resend'}"
            deed = Deed(
                happened=now,
                who=who,
                act="resolve",
                issue=found.issue,
                digest=found.digest,
                note=f"{words}; {note}" if note else words,
            )
            audit.write(connection, deed)
        return count


def _beginning(moment: str) -> datetime:
    """When it begins, of a minute or of ten seconds, cut from how `Instant` writes a time."""
    zero = "2000-01-01T00:00:00.000000+00:00"
    return datetime.fromisoformat(moment + zero[len(moment) :])


def _summed(
    mailing: Mailing,
    groups: Iterable[tuple[str, str | None, bool, int]],
    back: tuple[tuple[str, int], ...],
    next_try: datetime | None,
) -> Receipt:
    counts = dict.fromkeys(DeliveryState, 0)
    editions: dict[str, int] = {}
    tries = 0
    for written, digest, tried, count in groups:
        state = DeliveryState(written)
        counts[state] += count
        tries += count if tried else 0
        if digest is not None and state in (_S.ACCEPTED, _S.UNKNOWN):
            editions[digest] = editions.get(digest, 0) + count
    return Receipt(
        mailing=mailing,
        counts=tuple(counts.items()),
        editions=tuple(sorted(editions.items())),
        returned=back,
        tries=tries,
        next_try=next_try,
    )


def _cancel(owned: Owned, mailing: MailingId, state: DeliveryState, now: datetime) -> int:
    some = select(_ROWS.c.seq).where(_ROWS.c.mailing == mailing, in_state(state)).order_by(_ROWS.c.seq).limit(_AT_ONCE)
    these = update(_ROWS).where(_ROWS.c.mailing == mailing, _ROWS.c.seq.in_(some))
    cancelled, count = 0, _AT_ONCE
    while count == _AT_ONCE:
        with owned.writing() as connection:
            found = mailings.get(connection, mailing)
            if found.state is not MailingState.CANCELLED:
                break
            count = connection.execute(these.values(state=_S.CANCELLED.value, next_try=None, changed=now)).rowcount
            _count_again(connection, found)
        cancelled += count
    return cancelled


def _count_again(connection: Connection, mailing: Mailing) -> None:
    """A plan that was cut off and then cancelled has rows that its mailing does not count yet."""
    if mailing.total == 0:
        rows = select(func.count()).select_from(_ROWS).where(_ROWS.c.mailing == mailing.id).scalar_subquery()
        connection.execute(update(_MAILINGS).where(_MAILINGS.c.id == mailing.id).values(total=rows))


def _decide(
    connection: Connection, mailing: MailingId, accept: bool, marks: Collection[Mark] | None, now: datetime
) -> int:
    unknown: list[ColumnElement[bool]] = [_ROWS.c.mailing == mailing, in_state(_S.UNKNOWN)]
    if marks is not None:
        unknown.append(_ROWS.c.mark.in_(marks))
    values: dict[str, Any] = {"state": _S.ACCEPTED.value, "changed": now}
    if not accept:
        values |= {"state": _S.PLANNED.value, "pinned": 1, "tries": 0, "first_try": None, "next_try": None}
    return connection.execute(update(_ROWS).where(*unknown).values(values)).rowcount


def _move_on(connection: Connection, mailing: Mailing, now: datetime) -> None:
    if any(any_in(connection, mailing.id, state) for state in OPEN):
        to = MailingState.READY
    elif not any_in(connection, mailing.id, _S.UNKNOWN):
        to = MailingState.SENT
    else:
        return
    mailings.step(connection, mailing.id, to, (MailingState.UNRESOLVED,), now)
