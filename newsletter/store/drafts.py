"""What the team is writing and has not saved: of each text the last, for each who writes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Executable, Row, and_, delete, select

from newsletter.model.issue import IssueId
from newsletter.model.saving import DraftText
from newsletter.store import schema_desk
from newsletter.store.engine import Store

_DRAFTS = schema_desk.drafts


def keep(store: Store, draft: DraftText) -> None:
    """Keeps what somebody is writing, instead of what they had written before."""
    with store.writing() as connection:
        connection.execute(_kept(store), _row(draft))


def find(store: Store, issue: IssueId, path: str, member: str) -> DraftText | None:
    """What somebody was writing there; None where they have saved it, or dropped it."""
    with store.reading() as connection:
        row = connection.execute(select(_DRAFTS).where(_is(issue, path, member))).first()
    return None if row is None else _draft(row)


def drop(store: Store, issue: IssueId, path: str, member: str) -> None:
    """Forgets it. It need not be there."""
    with store.writing() as connection:
        end(connection, issue, path, member)


def end(connection: Connection, issue: IssueId, path: str, member: str) -> None:
    """The same within a transaction."""
    connection.execute(delete(_DRAFTS).where(_is(issue, path, member)))


def since(store: Store, issue: IssueId, when: datetime) -> tuple[DraftText, ...]:
    """What was kept of an issue since then, the newest first."""
    query = select(_DRAFTS).where(_DRAFTS.c.issue == str(issue), _DRAFTS.c.saved >= when)
    with store.reading() as connection:
        rows = connection.execute(query.order_by(_DRAFTS.c.saved.desc(), _DRAFTS.c.path, _DRAFTS.c.member))
        return tuple(map(_draft, rows))


def issues(store: Store) -> tuple[IssueId, ...]:
    """The issues that drafts are of, in order."""
    with store.reading() as connection:
        found = connection.scalars(select(_DRAFTS.c.issue).distinct().order_by(_DRAFTS.c.issue)).all()
    return tuple(issue for issue in map(IssueId.parse, found) if issue is not None)


def move(store: Store, issue: IssueId, moved: Callable[[DraftText], DraftText]) -> None:
    """Every draft of an issue becomes what `moved` makes of it, all of them or none."""
    of_issue = _DRAFTS.c.issue == str(issue)
    with store.writing_alone() as connection:
        rows = connection.execute(select(_DRAFTS).where(of_issue).order_by(_DRAFTS.c.path, _DRAFTS.c.member)).all()
        connection.execute(delete(_DRAFTS).where(of_issue))
        for row in rows:
            connection.execute(_kept(store), _row(moved(_draft(row))))


def purge(store: Store, issue: IssueId, before: datetime) -> int:
    """Forgets the drafts of an issue that were kept before then; how many."""
    with store.writing() as connection:
        old = (_DRAFTS.c.issue == str(issue), _DRAFTS.c.saved < before)
        return connection.execute(delete(_DRAFTS).where(*old)).rowcount


def _is(issue: IssueId, path: str, member: str) -> ColumnElement[bool]:
    return and_(_DRAFTS.c.issue == str(issue), _DRAFTS.c.path == path, _DRAFTS.c.member == member)


def _kept(store: Store) -> Executable:
    return store.upsert(_DRAFTS, ("text", "base", "saved"))


def _row(draft: DraftText) -> dict[str, Any]:
    named = {"issue": str(draft.issue), "path": draft.path, "member": draft.member}
    return {**named, "text": draft.text, "base": draft.base, "saved": draft.saved}


def _draft(row: Row[Any]) -> DraftText:
    issue = IssueId.parse(row.issue)
    assert issue is not None
    return DraftText(issue=issue, path=row.path, member=row.member, text=row.text, base=row.base, saved=row.saved)
