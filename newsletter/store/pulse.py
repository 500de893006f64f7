"""A pulse: a few numbers by which whoever keeps a view in memory sees that it has grown old. Asked at every page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, case, func, select

from newsletter.model.issue import IssueId
from newsletter.model.item import ItemId, Triage
from newsletter.model.mailing import MailingKind, MailingState
from newsletter.store import schema
from newsletter.store.columns import BYTEWISE, Instant
from newsletter.store.engine import Store
from newsletter.store.names import item_id

_ITEMS, _SOURCES, _APPROVALS, _MAILINGS = schema.items, schema.sources, schema.approvals, schema.mailings


def _statement() -> Select[Any]:
    about, since = bindparam("issue", type_=BYTEWISE), bindparam("since", type_=Instant)
    of_issue = (_MAILINGS.c.issue == about, _MAILINGS.c.kind == MailingKind.ISSUE.value)
    # QUIRK: asked for `triage = 'new'`, SQLite looks through all 20,000 such items rather than those of the week.
    untouched = func.sum(case((_ITEMS.c.triage == Triage.NEW.value, 1), else_=0))
    columns = (
        select(func.sum(_SOURCES.c.last_number)),
        select(func.max(_SOURCES.c.tried)),
        select(untouched).where(_ITEMS.c.first_seen >= since),
        select(func.max(_APPROVALS.c.number)).where(_APPROVALS.c.issue == about),
        select(func.max(_MAILINGS.c.id)),
        select(_MAILINGS.c.state).where(*of_issue).order_by(_MAILINGS.c.number.desc()).limit(1),
        select(func.max(schema.answers.c.number)),
        select(func.max(schema.imports.c.number)),
    )
    return select(*(one.scalar_subquery().label(f"n{at}") for at, one in enumerate(columns)))


_PULSE = _statement()  # made once: making it takes longer than asking it


class Pulse(NamedTuple):
    """What is another once something that a view is made of has changed. All of it is found by an index."""

    items: int  # that ever came
    asked: datetime | None  # when a source was asked last
    untouched: int  # items since `since` that nobody has decided about
    signatures: int  # of the issue, those that were taken back among them
    mailings: int  # the id of the newest
    mailing: str  # the state of the issue's newest mailing; "" where it has none
    answers: int  # the number of the newest
    imports: int  # the same


def pulse(store: Store, issue: IssueId | None, since: datetime) -> Pulse:
    """The numbers as they are now, those of one issue among them."""
    with store.glancing() as connection:
        row = connection.execute(_PULSE, {"issue": "" if issue is None else str(issue), "since": since}).one()
    return Pulse(
        items=int(row[0] or 0),
        asked=row[1],
        untouched=row[2] or 0,
        signatures=row[3] or 0,
        mailings=row[4] or 0,
        mailing=row[5] or "",
        answers=row[6] or 0,
        imports=row[7] or 0,
    )


def untouched_since(store: Store, since: datetime) -> frozenset[ItemId]:
    """The items first seen since then that nobody has decided about."""
    query = select(_ITEMS.c.source, _ITEMS.c.number, _ITEMS.c.triage).where(_ITEMS.c.first_seen >= since)
    with store.reading() as connection:
        rows = connection.execute(query.order_by(_ITEMS.c.source, _ITEMS.c.number)).all()
    return frozenset(item_id(row.source, row.number) for row in rows if row.triage == Triage.NEW.value)


def mailing_states(store: Store) -> Mapping[IssueId, MailingState]:
    """How far the mailing of each issue has come that has one."""
    query = select(_MAILINGS.c.issue, _MAILINGS.c.state).where(_MAILINGS.c.kind == MailingKind.ISSUE.value)
    with store.reading() as connection:
        rows = connection.execute(query.order_by(_MAILINGS.c.id)).all()
    found = ((IssueId.parse(row.issue), MailingState(row.state)) for row in rows)
    return {issue: state for issue, state in found if issue is not None}
