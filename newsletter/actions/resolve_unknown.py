"""Resolve: a person's word on copies of which nobody knows whether they arrived."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.actions.app import App, known_issue
from newsletter.actions.mailing_of import mailing_of
from newsletter.actions.readers import readers_store
from newsletter.model.audit import claimed
from newsletter.model.errors import ConfigError
from newsletter.model.issue import IssueId
from newsletter.model.mailing import Receipt
from newsletter.model.subscriber import Mark
from newsletter.store import receipts
from newsletter.store.owning import own
from newsletter.tokens import KeyRing


def resolve_unknown(
    app: App,
    issue: IssueId,
    who: str,
    *,
    login: str | None,
    accept: bool,
    readers: Sequence[str] = (),
    note: str | None = None,
) -> tuple[int, Receipt]:
    """How many unknown copies were decided on, and what the mailing comes to with that.

    `accept`: they count as accepted, for the mail server's log says so. Else they are planned again: the next send
    hands over the same bytes under the same Message-ID, which a mailbox that has them shows once. `readers`: addresses;
    empty: all that are unknown. Raises `ConfigError` for an address that has no unknown copy, `AlreadyHeld` while the
    mailing runs.
    """
    known_issue(app, issue)
    with readers_store(app) as (store, ring):
        mailing = mailing_of(store, issue)
        marks = _marks(ring, readers)
        by, now = claimed(who, login), app.clock()
        with own(store, app.root, now) as owned:
            count = receipts.resolve(owned, mailing.id, accept, marks, now, by, note)
        if readers and count < len(set(readers)):
            what = f"{count} of {len(set(readers))} had an unknown copy of {issue} and were decided on"
            raise ConfigError("who", f"{what}; `newsletter receipt {issue} --show unknown` names those there are")
        return count, receipts.receipt(store, mailing.id)


def _marks(ring: KeyRing, readers: Sequence[str]) -> tuple[Mark, ...] | None:
    """The marks that these addresses can have; None where all are meant."""
    return tuple(Mark(mark) for address in readers for _, mark in ring.marks(address)) or None
