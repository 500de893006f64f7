"""Signatures. Rows are added, never changed; each stands there together with its edition and its line in the log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, insert, select

from newsletter.model.approval import Act, Signature, living
from newsletter.model.audit import Deed
from newsletter.model.edition import Edition
from newsletter.model.errors import NewsletterError
from newsletter.model.issue import IssueId
from newsletter.store import audit, editions, looks, schema
from newsletter.store.engine import Store
from newsletter.store.errors import StoreError

Seal = Callable[[bytes], str]  # the MAC over a signature, with the id of its key

_DEEDS = {Act.SIGN: "approve", Act.RELEASE: "release", Act.WITHDRAW: "withdraw"}  # as the audit log calls them


class AlreadySigned(NewsletterError):
    """This person has signed these very bytes."""

    def __init__(self, who: str, digest: str) -> None:
        self.who = who
        super().__init__(f"{who} has signed the edition {digest[:16]} already; nothing was written")


class NothingToWithdraw(NewsletterError):
    """This person has no signature on the issue that could be taken back."""

    def __init__(self, who: str, issue: IssueId) -> None:
        self.who = who
        super().__init__(f"{who} has signed nothing of {issue} that could be taken back; nothing was written")


def signatures(store: Store, issue: IssueId) -> tuple[Signature, ...]:
    """All that was signed and taken back of an issue, in order."""
    with store.reading() as connection:
        return _of(connection, issue)


def sign(
    store: Store, edition: Edition, act: Act, who: str, by: str, now: datetime, note: str | None, seal: Seal
) -> Signature:
    """The signature, once it, the edition's bytes and the line in the audit log are on disk, all of them or none.

    `by` is the signer as the log names them. Raises `AlreadySigned`.
    """
    with store.writing_alone() as connection:
        there = _of(connection, edition.issue)
        if any((one.who, one.digest, one.act) == (who, edition.digest, act) for one in living(there)):
            raise AlreadySigned(who, edition.digest)
        editions.keep(store, connection, edition, now)
        looks.write(store, connection, edition, who, now)
        return _added(connection, there, edition.issue, edition.digest, act, who, by, now, note, seal)


def withdraw(store: Store, issue: IssueId, who: str, by: str, now: datetime, note: str | None, seal: Seal) -> Signature:
    """Takes back all that somebody has signed of an issue, with a line in the audit log. Raises `NothingToWithdraw`."""
    with store.writing_alone() as connection:
        there = _of(connection, issue)
        own = [one for one in living(there) if one.who == who]
        if not own:
            raise NothingToWithdraw(who, issue)
        return _added(connection, there, issue, own[-1].digest, Act.WITHDRAW, who, by, now, note, seal)


def _added(
    connection: Connection,
    there: tuple[Signature, ...],
    issue: IssueId,
    digest: str,
    act: Act,
    who: str,
    by: str,
    now: datetime,
    note: str | None,
    seal: Seal,
) -> Signature:
    number = there[-1].number + 1 if there else 1
    bare = Signature(issue=issue, number=number, digest=digest, act=act, who=who, when=now, note=note, mac="")
    signature = replace(bare, mac=seal(bare.signed))
    row = {"issue": str(issue), "number": number, "digest": digest, "act": act.value, "who": who, "signed": now}
    connection.execute(insert(schema.approvals), row | {"note": note, "mac": signature.mac})
    audit.write(connection, Deed(happened=now, who=by, act=_DEEDS[act], issue=issue, digest=digest, note=note))
    return signature


def _of(connection: Connection, issue: IssueId) -> tuple[Signature, ...]:
    table = schema.approvals
    rows = connection.execute(select(table).where(table.c.issue == str(issue)).order_by(table.c.number))
    return tuple(
        Signature(
            issue=issue,
            number=row.number,
            digest=row.digest,
            act=_act(row.act),
            who=row.who,
            when=row.signed,
            note=row.note,
            mac=row.mac,
        )
        for row in rows
    )


def _act(written: str) -> Act:
    try:
        return Act(written)
    except ValueError as error:
        what = f"a signature in the database says '{written}', which no version of the program has written"
        raise StoreError(f"{what}; put back a backup of the database") from error
