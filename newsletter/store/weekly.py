"""What happened between two moments, in figures: mailings, readers, answers, and what came back. Names nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ColumnElement, and_, func, or_, select

from newsletter.model.issue import IssueId
from newsletter.model.mailing import Mailing, MailingState
from newsletter.model.returned import Nature
from newsletter.model.subscriber import Act, Reason
from newsletter.store import schema
from newsletter.store.engine import Store
from newsletter.store.mailings import mailing_of

_UNSENT = (MailingState.MISSED.value, MailingState.CANCELLED.value)
_OVER = tuple(state.value for state in MailingState if state.over)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderFigures:
    """Who came and who went, each person counted once in each figure."""

    joined: int  # confirmed that they want it
    imported: int  # rows that imports have added
    left: int  # unsubscribed, and have not come back since
    bounced: int  # are written to no more, for their mailboxes take no mail
    complained: int  # reported a copy as spam
    erased: int


def mailings_between(store: Store, since: datetime, until: datetime) -> tuple[Mailing, ...]:
    """Mailings that began then, those due then that came to nothing, and those under way at the end; oldest first."""
    table = schema.mailings
    began = _within(table.c.began, since, until)
    unsent = and_(table.c.began.is_(None), table.c.state.in_(_UNSENT), _within(table.c.due, since, until))
    under_way = and_(table.c.began.is_not(None), table.c.began < until, table.c.state.not_in(_OVER))
    query = select(table).where(or_(began, unsent, under_way)).order_by(table.c.due, table.c.id)
    with store.reading() as connection:
        return tuple(map(mailing_of, connection.execute(query)))


def readers_between(store: Store, since: datetime, until: datetime) -> ReaderFigures:
    """Who came and who went. Reads every line of every story: no index is kept for one look a week."""
    story, imports, barred = schema.happenings, schema.imports, schema.suppressions
    joined = select(func.count(story.c.mark.distinct())).where(
        story.c.act == Act.CONFIRMED.value, _within(story.c.at, since, until)
    )
    imported = select(func.coalesce(func.sum(imports.c.added), 0)).where(_within(imports.c.at, since, until))
    forbidding = (_within(barred.c.since, since, until), barred.c.lifted.is_(None))
    reasons = select(barred.c.reason, func.count(barred.c.mark.distinct())).where(*forbidding).group_by(barred.c.reason)
    with store.reading() as connection:
        found = {row[0]: row[1] for row in connection.execute(reasons)}
        return ReaderFigures(
            joined=connection.scalar(joined) or 0,
            imported=connection.scalar(imported) or 0,
            left=found.get(Reason.OPT_OUT.value, 0),
            bounced=found.get(Reason.HARD_BOUNCE.value, 0),
            complained=found.get(Reason.COMPLAINT.value, 0),
            erased=found.get(Reason.ERASED.value, 0),
        )


def came_back_between(store: Store, since: datetime, until: datetime) -> tuple[tuple[Nature, int], ...]:
    """Of what nature, and how many, reports were read in returned mails, of whatever issue; none is 0."""
    table = schema.returned
    query = select(table.c.nature, func.count()).where(_within(table.c.taken, since, until)).group_by(table.c.nature)
    with store.reading() as connection:
        found = {row[0]: row[1] for row in connection.execute(query)}
    return tuple((nature, found[nature.value]) for nature in Nature if nature.value in found)


def answers_between(store: Store, since: datetime, until: datetime) -> tuple[tuple[IssueId, str, int], ...]:
    """The issues whose question was answered, the oldest first, each with the question and how many answers came."""
    table = schema.answers
    query = select(table.c.issue, func.max(table.c.asked).label("asked"), func.count().label("number"))
    query = query.where(_within(table.c.at, since, until)).group_by(table.c.issue).order_by(table.c.issue)
    with store.reading() as connection:
        found = [(IssueId.parse(row.issue), row.asked, row.number) for row in connection.execute(query)]
    return tuple((issue, asked, number) for issue, asked, number in found if issue is not None)


def _within(column: Column[datetime], since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(column >= since, column < until)
