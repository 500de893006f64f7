"""Mailings: what is to be sent, when, and how far it has come. Each change of state is a compare-and-set."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from newsletter.model.audit import Deed
from newsletter.model.errors import NewsletterError
from newsletter.model.issue import IssueId
from newsletter.model.mailing import Mailing, MailingId, MailingKind, MailingState, Pause
from newsletter.store import audit, schema
from newsletter.store.engine import Store
from newsletter.store.errors import StoreError
from newsletter.store.glance import glance

_TABLE = schema.mailings
_S = MailingState

# Where each state may lead. Planning makes READY and the ledger's end makes UNRESOLVED and SENT, see there.
_MAY = {
    _S.PLANNING: {_S.READY, _S.MISSED, _S.CANCELLED},
    _S.READY: {_S.SENDING, _S.PAUSED, _S.MISSED, _S.CANCELLED},
    _S.SENDING: {_S.PAUSED, _S.MISSED, _S.CANCELLED, _S.UNRESOLVED, _S.SENT},
    _S.PAUSED: {_S.READY, _S.SENDING, _S.MISSED, _S.CANCELLED, _S.UNRESOLVED, _S.SENT},
    _S.UNRESOLVED: {_S.READY, _S.SENT, _S.CANCELLED},
    _S.MISSED: {_S.READY, _S.CANCELLED},
    _S.SENT: set[MailingState](),
    _S.CANCELLED: set[MailingState](),
}
_ACTS = {_S.READY: "resume", _S.SENDING: "send", _S.PAUSED: "pause", _S.MISSED: "miss", _S.CANCELLED: "cancel"}
_DUE_MAY_CHANGE = tuple(state.value for state in _S if not state.over)


class AlreadyMailed(NewsletterError):
    """The issue has its mailing already, sent or not."""

    def __init__(self, mailing: Mailing) -> None:
        self.mailing = mailing
        super().__init__(f"{mailing.issue} has its mailing already, which is {mailing.state.value}; nothing was made")


def create(
    store: Store, issue: IssueId, kind: MailingKind, digest: str, due: datetime, expires: datetime, *, key: str
) -> Mailing:
    """A new mailing in state PLANNING, without rows. An issue has one of kind ISSUE; raises `AlreadyMailed`.

    `key`: the id of the key that all its messages are signed with, so that one sent again is the same.
    """
    with store.writing_alone() as connection:
        there = _of(connection, issue, kind)
        if there and kind is MailingKind.ISSUE:
            raise AlreadyMailed(there[0])
        mailing = Mailing(
            id=MailingId((connection.scalar(select(func.max(_TABLE.c.id))) or 0) + 1),
            issue=issue,
            kind=kind,
            digest=digest,
            key=key,
            state=MailingState.PLANNING,
            due=due,
            expires=expires,
            total=0,
        )
        row = {
            "id": mailing.id,
            "issue": str(issue),
            "kind": kind.value,
            "number": len(there) + 1,
            "digest": digest,
            "key": key,
        }
        row |= {"state": mailing.state.value, "due": due, "expires": expires, "total": 0, "team": 0}
        connection.execute(insert(_TABLE), row)
        return mailing


def find(place: Store | Connection, issue: IssueId, kind: MailingKind = MailingKind.ISSUE) -> Mailing | None:
    """The newest mailing of this kind, or None."""
    with glance(place) as connection:
        found = _of(connection, issue, kind)
    return found[-1] if found else None


def get(place: Store | Connection, mailing: MailingId) -> Mailing:
    """The mailing of this id. Raises `StoreError` where there is none: rows are never deleted."""
    with glance(place) as connection:
        row = connection.execute(select(_TABLE).where(_TABLE.c.id == mailing)).first()
    if row is None:
        raise StoreError(f"there is no mailing {mailing}, which another row names; put back a backup of the database")
    return mailing_of(row)


def all_of(place: Store | Connection, issue: IssueId) -> tuple[Mailing, ...]:
    """All mailings of an issue, the oldest first."""
    with glance(place) as connection:
        rows = connection.execute(select(_TABLE).where(_TABLE.c.issue == str(issue)).order_by(_TABLE.c.id))
        return tuple(map(mailing_of, rows))


def living(place: Store | Connection) -> tuple[Mailing, ...]:
    """Those that may still send something or want a person's word, the oldest first."""
    over = [state.value for state in MailingState if state.over]
    with glance(place) as connection:
        rows = connection.execute(select(_TABLE).where(_TABLE.c.state.not_in(over)).order_by(_TABLE.c.id))
        return tuple(map(mailing_of, rows))


def unlisted(place: Store | Connection) -> frozenset[IssueId]:
    """The issues that no list of the archive names yet: none of their mails has been begun, and they are not over with
    nobody to write to. One that is mailed to nobody, as a sample or an imported issue, is not among them."""
    waiting = (_TABLE.c.began.is_(None), _TABLE.c.state != _S.SENT.value)
    return _issues(place, _TABLE.c.kind == MailingKind.ISSUE.value, *waiting)


def cut_short(place: Store | Connection) -> frozenset[IssueId]:
    """The issues whose mailing was cancelled after its first mail: some readers have them, the others never will."""
    begun = (_TABLE.c.began.is_not(None), _TABLE.c.state == _S.CANCELLED.value)
    return _issues(place, _TABLE.c.kind == MailingKind.ISSUE.value, *begun)


def move(
    store: Store,
    mailing: MailingId,
    to: MailingState,
    *,
    expect: Collection[MailingState],
    now: datetime,
    pause: Pause | None = None,
    words: str | None = None,
    who: str | None = None,
) -> Mailing | None:
    """The mailing in its new state; None where it is in none of the states `expect`, and nothing was written.

    `words` and `pause` replace what stood there. With `who` a line stands in the audit log: "resume" for READY, "send"
    for SENDING, "pause", "miss" and "cancel" for theirs. Raises `ValueError` for a step that no mailing takes.
    """
    if wrong := [state for state in expect if to not in _MAY[state]]:
        raise ValueError(f"a mailing never goes from {wrong[0].value} to {to.value}")
    if (to is MailingState.PAUSED) != (pause is not None):
        raise ValueError("a mailing that is paused says why, and no other does")
    with store.writing_alone() as connection:
        moved = step(connection, mailing, to, expect, now, pause, words)
        if moved is not None and who is not None:
            _told(connection, moved, _ACTS.get(to, to.value), now, who, words)
        return moved


def step(
    connection: Connection,
    mailing: MailingId,
    to: MailingState,
    expect: Collection[MailingState],
    now: datetime,
    pause: Pause | None = None,
    words: str | None = None,
) -> Mailing | None:
    """The same within a transaction, without a line in the log."""
    values: dict[str, Any] = {"state": to.value, "pause": pause.value if pause else None, "words": words}
    if to.over:
        values["ended"] = now
    states = [state.value for state in expect]
    statement = update(_TABLE).where(_TABLE.c.id == mailing, _TABLE.c.state.in_(states)).values(values)
    return get(connection, mailing) if connection.execute(statement).rowcount else None


def point(store: Store, mailing: MailingId, digest: str, now: datetime, who: str) -> Mailing | None:
    """Gives another edition to every row that is not handed over yet, with "mend" in the audit log.

    Rows handed over keep the digest of theirs. None where the mailing is over or has this edition already.
    """
    with store.writing_alone() as connection:
        before = get(connection, mailing)
        if before.state.over or before.digest == digest:
            return None
        connection.execute(update(_TABLE).where(_TABLE.c.id == mailing).values(digest=digest))
        after = get(connection, mailing)
        _told(connection, after, "mend", now, who, f"instead of {before.digest}")
        return after


def set_due(store: Store, mailing: MailingId, due: datetime, expires: datetime) -> Mailing | None:
    """Another time. None once the first mail was begun, whose Date all others have, or where the mailing is over."""
    changeable = (_TABLE.c.id == mailing, _TABLE.c.began.is_(None), _TABLE.c.state.in_(_DUE_MAY_CHANGE))
    with store.writing_alone() as connection:
        changed = connection.execute(update(_TABLE).where(*changeable).values(due=due, expires=expires)).rowcount
        return get(connection, mailing) if changed else None


def extend(store: Store, mailing: MailingId, expires: datetime) -> Mailing | None:
    """More time to go on by itself; None where the mailing is over."""
    changeable = (_TABLE.c.id == mailing, _TABLE.c.state.in_(_DUE_MAY_CHANGE))
    with store.writing_alone() as connection:
        changed = connection.execute(update(_TABLE).where(*changeable).values(expires=expires)).rowcount
        return get(connection, mailing) if changed else None


def note_pace(store: Store, mailing: MailingId, words: str | None) -> None:
    """Keeps what holds the mailing back, in words; None: nothing does."""
    with store.writing_alone() as connection:
        connection.execute(update(_TABLE).where(_TABLE.c.id == mailing).values(pace=words))


def anew(store: Store, mailing: MailingId, now: datetime, who: str) -> Mailing | None:
    """The mailing, PLANNING as if it were new, with "plan" in the audit log; `planning.plan` deletes its rows. Only for
    one that was missed or cancelled before its first mail was begun; else None, and nothing was written."""
    states = (MailingState.MISSED.value, MailingState.CANCELLED.value)
    unsent = (_TABLE.c.id == mailing, _TABLE.c.began.is_(None), _TABLE.c.state.in_(states))
    values: dict[str, Any] = dict.fromkeys(("rest_from", "ended", "pause", "words"))
    values |= {"state": MailingState.PLANNING.value, "total": 0, "team": 0}
    with store.writing_alone() as connection:
        before = get(connection, mailing)
        if not connection.execute(update(_TABLE).where(*unsent).values(values)).rowcount:
            return None
        _told(connection, before, "plan", now, who, f"anew, it was {before.state.value}")
        return get(connection, mailing)


def mailing_of(row: Row[Any]) -> Mailing:
    """The mailing of one row of the table."""
    what = f"mailing {row.id} in the database cannot be read: somebody has changed it by hand; put back a backup"
    issue = IssueId.parse(row.issue)
    if issue is None:
        raise StoreError(what)
    try:
        kind, state, pause = MailingKind(row.kind), MailingState(row.state), Pause(row.pause) if row.pause else None
    except ValueError as error:
        raise StoreError(what) from error
    return Mailing(
        id=MailingId(row.id),
        issue=issue,
        kind=kind,
        digest=row.digest,
        key=row.key,
        state=state,
        due=row.due,
        expires=row.expires,
        total=row.total,
        team=row.team,
        rest_from=row.rest_from,
        began=row.began,
        ended=row.ended,
        pause=pause,
        words=row.words,
        pace=row.pace,
    )


def _of(connection: Connection, issue: IssueId, kind: MailingKind) -> list[Mailing]:
    query = select(_TABLE).where(_TABLE.c.issue == str(issue), _TABLE.c.kind == kind.value).order_by(_TABLE.c.number)
    return list(map(mailing_of, connection.execute(query)))


def _issues(place: Store | Connection, *which: ColumnElement[bool]) -> frozenset[IssueId]:
    with glance(place) as connection:
        names = connection.scalars(select(_TABLE.c.issue).where(*which).order_by(_TABLE.c.id))
        return frozenset(issue for issue in map(IssueId.parse, names) if issue is not None)


def _told(connection: Connection, mailing: Mailing, act: str, now: datetime, who: str, note: str | None) -> None:
    deed = Deed(happened=now, who=who, act=act, issue=mailing.issue, digest=mailing.digest, note=note)
    audit.write(connection, deed)
