"""Readers' answers to the questions of issues: rows are added, and read by the editors."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Row, func, insert, select

from newsletter.model.issue import IssueId
from newsletter.model.reader_answer import ReaderAnswer
from newsletter.store import schema
from newsletter.store.engine import Store

_TABLE = schema.answers
_NEW = "new"  # the only state there is: nobody decides about an answer but by printing it


def keep(store: Store, answer: ReaderAnswer) -> ReaderAnswer:
    """The answer with its number, once it is on disk. The same words by the same name are kept once: a form that is
    sent again gets the answer that is there already."""
    same = (_TABLE.c.issue == str(answer.issue), _TABLE.c.name == answer.name, _TABLE.c.text == answer.text)
    with store.writing_alone() as connection:
        query = select(_TABLE).where(*same).order_by(_TABLE.c.number).limit(1)
        if (there := connection.execute(query).first()) is not None:
            return _answer(there)
        kept = replace(answer, number=(connection.scalar(select(func.max(_TABLE.c.number))) or 0) + 1)
        connection.execute(insert(_TABLE), _row(kept))
        return kept


def of(store: Store, issue: IssueId) -> tuple[ReaderAnswer, ...]:
    """All answers to the question of an issue, in the order they came."""
    query = select(_TABLE).where(_TABLE.c.issue == str(issue)).order_by(_TABLE.c.number)
    with store.reading() as connection:
        return tuple(map(_answer, connection.execute(query)))


def _row(answer: ReaderAnswer) -> dict[str, Any]:
    return {
        "number": answer.number,
        "issue": str(answer.issue),
        "asked": answer.question,
        "at": answer.at,
        "name": answer.name,
        "place": answer.place,
        "text": answer.text,
        "words": answer.words,
        "state": _NEW,
    }


def _answer(row: Row[Any]) -> ReaderAnswer:
    issue = IssueId.parse(row.issue)
    if issue is None:
        raise ValueError(row.issue)
    return ReaderAnswer(
        number=row.number,
        issue=issue,
        question=row.asked,
        at=row.at,
        name=row.name,
        place=row.place,
        text=row.text,
        words=row.words,
    )
