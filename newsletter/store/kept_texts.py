"""What somebody wrote and that stands in no file: another had saved before, or took the section out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from newsletter.model.issue import IssueId
from newsletter.model.saving import KeptText
from newsletter.store import schema_desk
from newsletter.store.engine import Store

_KEPT = schema_desk.kept_texts


def keep(store: Store, issue: IssueId, path: str, member: str, text: str, base: str, now: datetime) -> int:
    """The number that the text is kept under, once it is on disk; the very same text is kept once."""
    row = {"issue": str(issue), "path": path, "member": member, "text": text, "base": base}
    same = [_KEPT.c[name] == value for name, value in row.items()]
    with store.writing_alone() as connection:
        there = connection.scalar(select(func.min(_KEPT.c.number)).where(*same))
        if there is not None:
            return int(there)
        number = (connection.scalar(select(func.max(_KEPT.c.number))) or 0) + 1
        connection.execute(insert(_KEPT), {**row, "number": number, "kept": now})
    return number


def of_issue(store: Store, issue: IssueId) -> tuple[KeptText, ...]:
    """The texts kept of an issue, the newest first."""
    query = select(_KEPT).where(_KEPT.c.issue == str(issue)).order_by(_KEPT.c.number.desc())
    with store.reading() as connection:
        return tuple(_text(row, issue) for row in connection.execute(query))


def move(store: Store, issue: IssueId, moved: Callable[[KeptText], KeptText]) -> None:
    """Every text kept of an issue becomes what `moved` makes of it, all of them or none; their numbers stay."""
    with store.writing_alone() as connection:
        rows = connection.execute(select(_KEPT).where(_KEPT.c.issue == str(issue)).order_by(_KEPT.c.number)).all()
        for new in (moved(_text(row, issue)) for row in rows):
            values = {"issue": str(new.issue), "path": new.path, "text": new.text, "base": new.base}
            connection.execute(update(_KEPT).where(_KEPT.c.number == new.number).values(values))


def drop(store: Store, number: int, member: str) -> bool:
    """Forgets a text; whether it was there, and this member's."""
    with store.writing() as connection:
        theirs = (_KEPT.c.number == number, _KEPT.c.member == member)
        return bool(connection.execute(delete(_KEPT).where(*theirs)).rowcount)


def purge(store: Store, before: datetime) -> int:
    """Forgets the texts kept before then; how many."""
    with store.writing() as connection:
        return connection.execute(delete(_KEPT).where(_KEPT.c.kept < before)).rowcount


def _text(row: Row[Any], issue: IssueId) -> KeptText:
    return KeptText(
        number=row.number,
        issue=issue,
        path=row.path,
        member=row.member,
        text=row.text,
        base=row.base,
        kept=row.kept,
    )
