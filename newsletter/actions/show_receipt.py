"""Receipt: what became of every reader's copy, and who they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from newsletter.actions.app import App, known_issue, read_publication
from newsletter.actions.mailing_of import mailing_of
from newsletter.actions.readers import readers_store
from newsletter.deliver.personal import message_id
from newsletter.model.approval import Signature, living
from newsletter.model.issue import IssueId
from newsletter.model.mailing import Delivery, DeliveryState, Receipt
from newsletter.publication.folder import Folder
from newsletter.store import approvals, receipts
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


@contextmanager
def people_of(app: App, issue: IssueId, states: tuple[DeliveryState, ...]) -> Iterator[Iterator[tuple[Delivery, str]]]:
    """The rows behind a figure of the receipt, in order, each with its Message-ID; read a page at a time."""
    known_issue(app, issue)
    domain = read_publication(app, Folder(app.root)).schedule.sender.address.rpartition("@")[2]
    with readers_store(app) as (store, ring):
        mailing = mailing_of(store, issue)
        signing = ring.led_by(mailing.key)

        def rows() -> Iterator[tuple[Delivery, str]]:
            after = 0
            while page := receipts.people(store, mailing.id, states, after, _PAGE):
                for one in page:
                    yield one, message_id(issue, mailing.kind.value, one.seq, domain, signing, Purpose.MESSAGE_ID)
                after = page[-1].seq

        yield rows()
