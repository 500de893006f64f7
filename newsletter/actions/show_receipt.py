"""Receipt: what became of every reader's copy, and who they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from newsletter.actions.app import App, known_issue
from newsletter.actions.mailing_of import mailing_of
from newsletter.actions.readers import readers_store
from newsletter.actions.way_out import domain_of
from newsletter.deliver.personal import message_id
from newsletter.model.approval import Signature, living
from newsletter.model.issue import IssueId
from newsletter.model.mailing import Delivery, DeliveryState, MailingId, Receipt
from newsletter.model.returned import Nature, Returned
from newsletter.publication.schedule import Schedule
from newsletter.store import approvals, receipts, returned
from newsletter.store.engine import Store
from newsletter.tokens import Purpose

_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Proof:
    """The receipt of an issue, with the signatures that it went out on."""

    receipt: Receipt
    signatures: tuple[Signature, ...]  # on the editions that were sent, the oldest first


def show_receipt(app: App, issue: IssueId) -> Proof:
    """The sum of an issue's mailing as it stands now. Changes nothing. Raises `ConfigError` where there is none."""
    known_issue(app, issue)
    with readers_store(app) as (store, _):
        mailing = mailing_of(store, issue)
        receipt = receipts.receipt(store, mailing.id)
        digests = {mailing.digest, *(digest for digest, _ in receipt.editions)}
        signed = living(approvals.signatures(store, issue))
    return Proof(receipt, tuple(one for one in signed if one.digest in digests))


class Person(NamedTuple):
    """One reader's copy, as a receipt shows it."""

    delivery: Delivery
    message_id: str
    returned: tuple[Returned, ...]  # what came back of it, the oldest first


@contextmanager
def people_of(
    app: App, schedule: Schedule, issue: IssueId, states: tuple[DeliveryState, ...], natures: tuple[Nature, ...] = ()
) -> Iterator[Iterator[Person]]:
    """The people behind a figure of the receipt, in order, read a page at a time: those whose copies are in these
    states, or, where natures are given, those of whose copies such things came back, whatever their state."""
    known_issue(app, issue)
    with readers_store(app) as (store, ring):
        mailing = mailing_of(store, issue)
        signing, domain = ring.led_by(mailing.key), domain_of(schedule)

        def rows() -> Iterator[Person]:
            for page in _pages(store, mailing.id, states, natures):
                back = _by_copy(returned.of_copies(store, mailing.id, [one.seq for one in page]))
                for one in page:
                    name = message_id(issue, mailing.kind.value, one.seq, domain, signing, Purpose.MESSAGE_ID)
                    yield Person(one, name, tuple(back.get(one.seq, ())))

        yield rows()


def _pages(
    store: Store, mailing: MailingId, states: tuple[DeliveryState, ...], natures: tuple[Nature, ...]
) -> Iterator[tuple[Delivery, ...]]:
    after = 0
    while True:
        if natures:
            page = receipts.came_back(store, mailing, natures, after, _PAGE)
        else:
            page = receipts.people(store, mailing, states, after, _PAGE)
        if not page:
            return
        yield page
        after = page[-1].seq


def _by_copy(facts: Sequence[Returned]) -> dict[int, list[Returned]]:
    found: dict[int, list[Returned]] = {}
    for one in facts:
        if one.seq is not None:
            found.setdefault(one.seq, []).append(one)
    return found
