"""What a database that was put back from a backup may not believe of itself any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from newsletter.model.answer import Answer, Phase
from newsletter.model.audit import Deed
from newsletter.model.issue import IssueId
from newsletter.model.mailing import OPEN, DeliveryState, Mailing, MailingState
from newsletter.model.notice import NoticeState
from newsletter.store import audit, installation, mailings, schema
from newsletter.store.deliveries import any_in, in_state, said

_ROWS, _NOTICES = schema.deliveries, schema.notices
_S = DeliveryState


@dataclass(frozen=True, slots=True, kw_only=True)
class PutBack:
    """What was open when the backup was made, and waits for a person now."""

    unknown: tuple[tuple[IssueId, int], ...]  # mailings in the middle, and how many copies of each may have arrived
    missed: tuple[IssueId, ...]  # planned, and not begun
    notices: int  # mails of our own that waited, and are given up


def settle(connection: Connection, made: datetime, now: datetime, who: str, note: str) -> PutBack:
    """Takes away the right to send, and all that would go out by itself once somebody has claimed it.

    The installation that the backup was made of may have gone on: what it would have sent after `made`, it may have
    sent. Copies of a mailing that had begun become UNKNOWN, a mailing that had not becomes MISSED, and notices that
    waited are given up. A "restore" stands in the audit log. In a transaction of `Store.writing_alone`.
    """
    installation.take_away(connection, made, now, who)
    unknown, missed = list[tuple[IssueId, int]](), list[IssueId]()
    for mailing in mailings.living(connection):
        if mailing.began is not None:
            unknown.append((mailing.issue, _doubted(connection, mailing, made, now)))
        elif mailing.state is not MailingState.MISSED:
            _missed(connection, mailing, made, now)
            missed.append(mailing.issue)
    notices = _given_up(connection, made)
    audit.write(connection, Deed(happened=now, who=who, act="restore", issue=None, digest=None, note=note))
    return PutBack(unknown=tuple(unknown), missed=tuple(missed), notices=notices)


def _doubted(connection: Connection, mailing: Mailing, made: datetime, now: datetime) -> int:
    """How many copies of a mailing that had begun wait for a person's word now."""
    of_it, still_open = _ROWS.c.mailing == mailing.id, in_state(*OPEN)
    erased: dict[str, Any] = {"state": _S.SUPPRESSED.value, "next_try": None, "changed": now}
    connection.execute(update(_ROWS).where(of_it, still_open, _ROWS.c.address.is_(None)).values(erased))
    words = f"the database was put back from the backup of {_shown(made)}; this copy may have left since then"
    # With the edition it would have left with: sent again, it is the very same mail.
    values: dict[str, Any] = {"digest": func.coalesce(_ROWS.c.digest, mailing.digest), "next_try": None, "changed": now}
    values |= {"state": _S.UNKNOWN.value, **said(Answer(Phase.DOT, 0, said=words))}
    connection.execute(update(_ROWS).where(of_it, still_open).values(values))
    to = MailingState.UNRESOLVED if any_in(connection, mailing.id, _S.UNKNOWN) else MailingState.SENT
    begun = (
        MailingState.SENDING,
        MailingState.PAUSED,
        MailingState.UNRESOLVED,
        MailingState.READY,
        MailingState.MISSED,
    )
    mailings.step(connection, mailing.id, to, begun, now, words=f"put back from the backup of {_shown(made)}")
    unknown = select(func.count()).select_from(_ROWS).where(of_it, in_state(_S.UNKNOWN))
    return connection.scalar(unknown) or 0


def _missed(connection: Connection, mailing: Mailing, made: datetime, now: datetime) -> None:
    words = f"it had not begun in the backup of {_shown(made)} that the database was put back from; it may have since"
    states = (MailingState.PLANNING, MailingState.READY, MailingState.SENDING, MailingState.PAUSED)
    mailings.step(connection, mailing.id, MailingState.MISSED, states, now, words=words)


def _given_up(connection: Connection, made: datetime) -> int:
    words = f"given up: the database was put back from the backup of {_shown(made)}, and this may have gone since"
    waiting = update(_NOTICES).where(_NOTICES.c.state == NoticeState.WAITING.value)
    return connection.execute(waiting.values(state=NoticeState.FAILED.value, said=words)).rowcount


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
