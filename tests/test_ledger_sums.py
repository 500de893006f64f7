"""What of a mailing is left and when it is over: rows that are due, planned and counted, and sums that close."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from newsletter.model.mailing import DeliveryState, Intent, MailingState, Verdict
from newsletter.store import ledger, mailings, receipts, schema
from newsletter.store.engine import Store
from newsletter.store.owning import Owned
from tests.mailing import (
    DIGEST,
    MENDED,
    NOBODY,
    add_readers,
    at,
    begin,
    explained,
    leave,
    mark,
    opened,
    owned,
    rows,
    sending,
    state_of,
    verdict,
)
from tests.postgres import KINDS

S = DeliveryState


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with opened(request.param, tmp_path) as store:
        yield store


@pytest.fixture
def held(store: Store, tmp_path: Path) -> Iterator[Owned]:
    with owned(store, tmp_path) as held:
        yield held


def test_deferred_rows_come_back_when_they_are_due(held: Owned) -> None:
    """A deferral that counts is remembered with the time of the first; the row is due at its next try, not before."""
    add_readers(held.store, 0, 1)
    mailing = sending(held)
    begin(held, mailing, 1, 2)
    stand = rows(held.store, mailing)
    uncounted = Verdict(seq=2, attempt=1, state=S.DEFERRED, answer=NOBODY, next_try=at(3))
    ledger.commit(held, mailing.id, [verdict(stand[1], S.DEFERRED), uncounted], (), at(1))
    assert ledger.next_due(held.store, mailing.id) == at(3)
    assert ledger.due(held.store, mailing.id, at(2.9), 10) == ()
    assert [one.recipient.seq for one in ledger.due(held.store, mailing.id, at(5), 10)] == [2, 1]
    assert [one.recipient.seq for one in ledger.due(held.store, mailing.id, at(5), 1)] == [2]
    second, first = ledger.due(held.store, mailing.id, at(5), 10)
    assert (first.tries, first.first_try, first.attempt, first.digest) == (1, at(1), 1, None)
    assert (second.tries, second.first_try) == (0, None)
    begin(held, mailing, 1, now=at(5))
    again = verdict(rows(held.store, mailing)[1], S.DEFERRED)
    ledger.commit(held, mailing.id, [again], (), at(6))
    row = ledger.due(held.store, mailing.id, at(60), 10)[-1]
    assert (row.recipient.seq, row.tries, row.first_try, row.attempt) == (1, 2, at(1), 2)


def test_a_mended_edition_goes_to_the_rest_only(held: Owned) -> None:
    """Rows handed over keep their edition; those planned, and those deferred after an attempt, get the mended one. An
    intent with the old edition is not granted any more. The receipt shows both."""
    add_readers(held.store, *range(4))
    mailing = sending(held)
    begin(held, mailing, 1, 2, 3)
    stand = rows(held.store, mailing)
    came = [verdict(stand[1], S.ACCEPTED), verdict(stand[2], S.DEFERRED), verdict(stand[3], S.UNKNOWN)]
    ledger.commit(held, mailing.id, came, (), at(1))
    assert mailings.point(held.store, mailing.id, MENDED, at(2), "ada")
    assert ledger.commit(held, mailing.id, (), [Intent(2, 1, DIGEST), Intent(4, 0, DIGEST)], at(6)).granted == set()
    assert begin(held, mailing, 2, 4, now=at(7), digest=MENDED) == {2, 4}
    done = [verdict(rows(held.store, mailing)[seq], S.ACCEPTED) for seq in (2, 4)]
    ledger.commit(held, mailing.id, done, (), at(8))
    assert ledger.settle(held, mailing.id, at(8)) is MailingState.UNRESOLVED
    receipt = receipts.receipt(held.store, mailing.id)
    assert receipt.editions == ((DIGEST, 2), (MENDED, 2))
    assert receipt.balanced
    receipts.resolve(held, mailing.id, False, None, at(9), "ada")
    mailings.move(held.store, mailing.id, MailingState.SENDING, expect=(MailingState.READY,), now=at(9))
    assert begin(held, mailing, 3, now=at(9), digest=MENDED) == frozenset()
    (again,) = ledger.planned(held.store, mailing.id, 0, 10)
    assert (again.digest, again.attempt) == (DIGEST, 1)
    assert begin(held, mailing, 3, now=at(9)) == {3}


def test_planned_rows_are_found_across_gaps_and_named_as_written(held: Owned) -> None:
    """A page may bring fewer than were asked for, and brings none only where none is left; a row says the same whether
    it is taken alone or of a part of the page."""
    add_readers(held.store, *range(8))
    mailing = sending(held)
    begin(held, mailing, 2, 3, 4, 6, 7, 8)
    table, odd = schema.deliveries, "\x01 Zo\ud800"
    with held.store.writing() as connection:
        connection.execute(update(table).where(table.c.seq == 5).values(name=odd))
    pages, after = [], 0
    while page := ledger.planned(held.store, mailing.id, after, 2):
        pages.append([one.recipient.seq for one in page])
        after = pages[-1][-1]
    assert [seq for page in pages for seq in page] == [1, 5]
    found = ledger.planned(held.store, mailing.id, 0, 8)
    assert (len(found), found.last, found[-1].recipient.name) == (2, 5, odd)
    assert [list(some) for some in (found[1:], found.up_to(4), found.without({5}), found.up_to(0))] == [
        [found[1]],
        [found[0]],
        [found[0]],
        [],
    ]


def test_rows_are_counted_by_state_before_and_after_the_first_mail(held: Owned) -> None:
    """The short way that a mailing takes of which nothing was begun tells what the receipt tells."""
    add_readers(held.store, 0, 1, 2)
    mailing = sending(held)
    before = receipts.counts(held.store, mailing.id)
    assert (before, dict(before)[S.PLANNED]) == (receipts.receipt(held.store, mailing.id).counts, 3)
    ledger.commit(held, mailing.id, [verdict(rows(held.store, mailing)[1], S.REFUSED, ahead=True)], (), at(1))
    refused = receipts.counts(held.store, mailing.id)
    assert (refused, dict(refused)[S.REFUSED]) == (receipts.receipt(held.store, mailing.id).counts, 1)
    begin(held, mailing, 2)
    begun = receipts.counts(held.store, mailing.id)
    assert (begun, dict(begun)[S.HANDING_OVER]) == (receipts.receipt(held.store, mailing.id).counts, 1)


@pytest.mark.parametrize("what", ["deferred", "suppressed"])
def test_rows_that_were_touched_before_any_mail_was_begun_are_counted(held: Owned, what: str) -> None:
    """A server that puts the first envelope off, or a reader who has left at the first intent: no mail is begun, and
    the counts are those of the receipt."""
    add_readers(held.store, 0, 1)
    mailing = sending(held)
    if what == "deferred":
        ledger.commit(held, mailing.id, [verdict(rows(held.store, mailing)[1], S.DEFERRED, ahead=True)], (), at(1))
    else:
        leave(held.store, 0)
        leave(held.store, 1)
        assert begin(held, mailing, 1) == frozenset()
    assert mailings.get(held.store, mailing.id).began is None
    counts = receipts.counts(held.store, mailing.id)
    assert (counts, dict(counts)[S(what)]) == (receipts.receipt(held.store, mailing.id).counts, 1)


def test_a_ledger_of_any_length_is_taken_up_without_reading_it(tmp_path: Path) -> None:
    """However many rows there are: what a run asks SQLite for at its start and end goes by the few that it means."""
    with opened("sqlite", tmp_path) as store, owned(store, tmp_path) as held:
        add_readers(store, 0, 1)
        mailing = sending(held)
        with explained(held) as plans:
            assert ledger.recover(held, mailing.id, at()) == 0
            assert ledger.digests(store, mailing.id) == (DIGEST,)
            assert dict(receipts.counts(store, mailing.id))[S.PLANNED] == 2
            assert ledger.due(store, mailing.id, at(), 10) == ()
            assert len(ledger.planned(store, mailing.id, 0, 10)) == 2
            assert ledger.settle(held, mailing.id, at()) is MailingState.SENDING
    of_it = [one for one in plans if "deliveries" in one]
    assert of_it
    assert [one for one in of_it if "INDEX ix_deliveries" not in one] == []


def test_a_mailing_is_sent_only_when_nothing_is_open_or_unknown(held: Owned) -> None:
    """Settling says what stands: sending while a row is open, unresolved while one is unknown, sent after."""
    add_readers(held.store, 0, 1)
    mailing = sending(held)
    begin(held, mailing, 1, 2)
    stand = rows(held.store, mailing)
    ledger.commit(held, mailing.id, [verdict(stand[1], S.ACCEPTED)], (), at(1))
    assert ledger.settle(held, mailing.id, at(1)) is MailingState.SENDING
    assert ledger.recover(held, mailing.id, at(2)) == 1
    assert ledger.settle(held, mailing.id, at(2)) is MailingState.UNRESOLVED
    assert mailings.get(held.store, mailing.id).ended is None
    receipts.resolve(held, mailing.id, True, None, at(3), "ada")
    assert mailings.get(held.store, mailing.id).state is MailingState.SENT
    assert mailings.get(held.store, mailing.id).ended == at(3)


def test_rows_of_erased_readers_are_closed_though_nobody_can_be_named(held: Owned) -> None:
    """A row without an address is handed to nobody; it is closed as suppressed when nothing else is open."""
    add_readers(held.store, 0, 1)
    mailing = sending(held)
    table = schema.deliveries
    with held.store.writing() as connection:
        connection.execute(update(table).where(table.c.seq == 1).values(address=None, name=None))
        connection.execute(delete(schema.subscribers).where(schema.subscribers.c.mark == mark(0)))
    assert [one.recipient.seq for one in ledger.planned(held.store, mailing.id, 0, 10)] == [2]
    assert ledger.settle(held, mailing.id, at(1)) is MailingState.SENDING
    begin(held, mailing, 2)
    ledger.commit(held, mailing.id, [verdict(rows(held.store, mailing)[2], S.ACCEPTED)], (), at(1))
    assert ledger.settle(held, mailing.id, at(2)) is MailingState.SENT
    assert state_of(held.store, mailing, 1) is S.SUPPRESSED


def test_an_empty_audience_is_sent_with_nobody(held: Owned) -> None:
    """No reader: the mailing ends, and does not run in circles."""
    mailing = sending(held)
    assert ledger.settle(held, mailing.id, at(1)) is MailingState.SENT
    receipt = receipts.receipt(held.store, mailing.id)
    assert (receipt.total, receipt.closed, receipt.balanced) == (0, True, True)
