"""Receipts: sums that close, people behind every figure, and what a person decides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from newsletter.model.mailing import DeliveryState, Mailing, MailingKind, MailingState
from newsletter.model.returned import Nature, Proof, Report, Returned
from newsletter.model.subscriber import Mark
from newsletter.store import audit, installation, ledger, mailings, planning, receipts, returned, schema
from newsletter.store.engine import Store
from newsletter.store.owning import Owned
from newsletter.store.receipts import NothingIsSent
from tests.mailing import (
    BUSY,
    COMING,
    DIGEST,
    MENDED,
    add_readers,
    at,
    begin,
    made,
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


def in_the_middle(held: Owned) -> Mailing:
    """Six rows: accepted, deferred, two unknown, being handed over, planned."""
    add_readers(held.store, *range(6))
    mailing = sending(held)
    begin(held, mailing, 1, 2, 3, 4, 5)
    stand = rows(held.store, mailing)
    came = (S.ACCEPTED, S.DEFERRED, S.UNKNOWN, S.UNKNOWN)
    ledger.commit(held, mailing.id, [verdict(stand[seq], state) for seq, state in enumerate(came, 1)], (), at(1))
    return mailing


def test_the_sum_is_of_all_rows(held: Owned) -> None:
    """Every state has its figure, in the order of the enum; together they are the rows that were planned."""
    mailing = in_the_middle(held)
    receipt = receipts.receipt(held.store, mailing.id)
    assert [state for state, _ in receipt.counts] == list(S)
    figures = {state: count for state, count in receipt.counts if count}
    assert figures == {S.PLANNED: 1, S.HANDING_OVER: 1, S.DEFERRED: 1, S.ACCEPTED: 1, S.UNKNOWN: 2}
    assert (receipt.total, receipt.open, receipt.closed, receipt.balanced) == (6, 3, False, True)
    assert (receipt.tries, receipt.next_try) == (1, at(5))
    assert receipt.editions == ((DIGEST, 3),)


def test_a_mailing_that_nobody_touched_is_told_without_counting(held: Owned) -> None:
    """Its sums are those that counting gives; one row that is none of them any more, and they are counted."""
    add_readers(held.store, *range(6))
    mailing = planning.plan(held, made(held.store).id, at(-60))
    told = receipts.receipt(held.store, mailing.id)
    assert told.of(S.PLANNED) == sum(count for _, count in told.counts) == 6
    assert (told.editions, told.tries, told.next_try) == ((), 0, None)
    with held.store.writing() as connection:
        one = update(schema.deliveries).where(schema.deliveries.c.seq == 3)
        connection.execute(one.values(state=S.SUPPRESSED.value))
    counted = receipts.receipt(held.store, mailing.id)
    assert (counted.of(S.PLANNED), counted.of(S.SUPPRESSED)) == (5, 1)


def test_every_figure_opens_to_its_people(held: Owned) -> None:
    """Page after page, by `seq`, each row of these states once, with the words of the server."""
    mailing = in_the_middle(held)
    first = receipts.people(held.store, mailing.id, (S.UNKNOWN, S.DEFERRED), 0, 2)
    rest = receipts.people(held.store, mailing.id, (S.UNKNOWN, S.DEFERRED), first[-1].seq, 2)
    assert [one.seq for one in (*first, *rest)] == [2, 3, 4]
    assert first[0].answer == BUSY
    assert receipts.people(held.store, mailing.id, (S.EXPIRED,), 0, 10) == ()


def back(held: Owned, mailing: Mailing, *told: tuple[Nature, int]) -> None:
    """These came back of the copies with these numbers, each by a mail of its own."""
    with held.store.writing_alone() as connection:
        for nature, seq in told:
            number = returned.next_number(connection)
            fact = Returned(
                number=number,
                taken=at(number),
                digest=str(number),
                report=Report(nature=nature, how="DSN"),
                proof=Proof.VERP,
                mailing=mailing.id,
                seq=seq,
                mark=rows(held.store, mailing)[seq].mark,
                consequence=None,
            )
            returned.add(connection, [fact], b"the mail")


def test_what_came_back_is_counted_copy_by_copy(held: Owned) -> None:
    """In the order of the enum, each copy once for each nature; no state changes, and the people are found page by
    page."""
    mailing = in_the_middle(held)
    before = receipts.receipt(held.store, mailing.id)
    assert before.returned == ()
    back(held, mailing, (Nature.SOFT, 1), (Nature.SOFT, 1), (Nature.HARD, 1), (Nature.SOFT, 4), (Nature.POLICY, 3))
    receipt = receipts.receipt(held.store, mailing.id)
    assert receipt.returned == (("hard", 1), ("soft", 2), ("policy", 1))
    assert receipt.counts == before.counts
    wanted = (Nature.SOFT, Nature.POLICY)
    first = receipts.came_back(held.store, mailing.id, wanted, 0, 2)
    rest = receipts.came_back(held.store, mailing.id, wanted, first[-1].seq, 2)
    assert [one.seq for one in (*first, *rest)] == [1, 3, 4]
    told = [(one.number, one.seq, one.report.nature) for one in returned.of_copies(held.store, mailing.id, [1, 4])]
    assert told == [(1, 1, Nature.SOFT), (2, 1, Nature.SOFT), (3, 1, Nature.HARD), (4, 4, Nature.SOFT)]


def test_the_last_copies_of_a_reader_come_first(held: Owned) -> None:
    """Each with its issue, whatever the kind of the mailing."""
    first = in_the_middle(held)
    second = planning.plan(held, made(held.store, MailingKind.CORRECTION).id, at(9))
    found = receipts.newest_copies(held.store, mark(3), 10)
    assert [(issue, one.mailing) for issue, one in found] == [(COMING, second.id), (COMING, first.id)]
    assert [one.mailing for _, one in receipts.newest_copies(held.store, mark(3), 1)] == [second.id]
    assert receipts.copy_of(held.store, first.id, found[1][1].seq) == found[1][1]
    assert receipts.copy_of(held.store, first.id, 7) is None


def test_a_reader_has_their_story_in_every_mailing(held: Owned) -> None:
    """All mailings that had a row for one of the reader's marks, the oldest first."""
    first = in_the_middle(held)
    second = planning.plan(held, made(held.store, MailingKind.CORRECTION).id, at(9))
    found = receipts.of_reader(held.store, [mark(3), mark(99)])
    assert [(mailing.id, one.mark) for mailing, one in found] == [(first.id, mark(3)), (second.id, mark(3))]
    assert receipts.of_reader(held.store, [mark(99)]) == ()


@pytest.mark.parametrize("batch", [1, 5_000])
def test_cancelling_closes_what_has_not_begun(held: Owned, batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planned and deferred rows are cancelled; what was sent was sent, and what is under way keeps waiting for its
    answer. Nothing is cancelled of a mailing that is not."""
    monkeypatch.setattr(receipts, "_AT_ONCE", batch)
    mailing = in_the_middle(held)
    assert receipts.cancel_open(held, mailing.id, at(2)) == 0
    mailings.move(held.store, mailing.id, MailingState.CANCELLED, expect=(MailingState.SENDING,), now=at(2), who="ada")
    assert receipts.cancel_open(held, mailing.id, at(3)) == 2
    receipt = receipts.receipt(held.store, mailing.id)
    assert (receipt.of(S.CANCELLED), receipt.of(S.HANDING_OVER), receipt.balanced) == (2, 1, True)
    assert receipt.next_try is None
    late = verdict(rows(held.store, mailing)[5], S.ACCEPTED)
    ledger.commit(held, mailing.id, [late], (), at(4))
    assert state_of(held.store, mailing, 5) is S.ACCEPTED
    assert ledger.settle(held, mailing.id, at(5)) is MailingState.CANCELLED


def test_a_plan_cut_off_and_then_cancelled_balances(held: Owned) -> None:
    """Rows of a plan that never came to its end are counted when they are cancelled."""
    add_readers(held.store, 0, 1)
    mailing = planning.plan(held, made(held.store).id, at())
    with held.store.writing() as connection:
        connection.execute(update(schema.mailings).values(state=MailingState.PLANNING.value, total=0))
    mailings.move(held.store, mailing.id, MailingState.CANCELLED, expect=(MailingState.PLANNING,), now=at(1))
    assert receipts.cancel_open(held, mailing.id, at(2)) == 2
    receipt = receipts.receipt(held.store, mailing.id)
    assert (receipt.balanced, receipt.closed) == (True, True)


def test_accepting_what_is_unknown_ends_the_mailing(held: Owned) -> None:
    """One row decided leaves it unresolved, the last one sends it; the log names who decided, how many and why."""
    mailing = unresolved(held)
    doubtful = receipts.people(held.store, mailing.id, (S.UNKNOWN,), 0, 10)
    assert receipts.resolve(held, mailing.id, True, [doubtful[0].mark], at(8), "ada", "seen in her inbox") == 1
    assert mailings.get(held.store, mailing.id).state is MailingState.UNRESOLVED
    assert receipts.resolve(held, mailing.id, True, [doubtful[0].mark], at(8), "ada") == 0
    assert receipts.resolve(held, mailing.id, True, None, at(9), "ben") == 1
    found = mailings.get(held.store, mailing.id)
    assert (found.state, found.ended) == (MailingState.SENT, at(9))
    told = [(one.deed.act, one.deed.who, one.deed.note) for one in audit.entries(held.store, COMING)]
    assert told == [
        ("resolve", "ada", "1 unknown: accept; seen in her inbox"),
        ("resolve", "ben", "1 unknown: accept"),
    ]
    after = rows(held.store, found)[doubtful[0].seq]
    assert (after.digest, after.attempt, after.answer) == (DIGEST, 1, doubtful[0].answer)


def test_a_row_sent_again_keeps_its_edition(held: Owned) -> None:
    """The reader may have the first copy: the second is the very same mail, even where the edition was mended since.
    Its tries begin anew; the mailing is ready again."""
    mailing = unresolved(held)
    mailings.point(held.store, mailing.id, MENDED, at(7), "ada")
    assert receipts.resolve(held, mailing.id, False, None, at(8), "ada") == 2
    found = mailings.get(held.store, mailing.id)
    assert (found.state, found.ended) == (MailingState.READY, None)
    waiting = ledger.planned(held.store, mailing.id, 0, 10)
    assert [(one.digest, one.attempt, one.tries, one.first_try) for one in waiting] == [(DIGEST, 1, 0, None)] * 2
    assert ledger.digests(held.store, mailing.id) == (MENDED, DIGEST)


def test_nothing_of_a_cancelled_mailing_is_sent_again(held: Owned) -> None:
    """Accepting is still possible; sending again is refused in words, and changes nothing."""
    mailing = in_the_middle(held)
    mailings.move(held.store, mailing.id, MailingState.CANCELLED, expect=(MailingState.SENDING,), now=at(2))
    with pytest.raises(NothingIsSent, match="cancelled, nothing of it is sent any more; say `accept`"):
        receipts.resolve(held, mailing.id, False, None, at(3), "ada")
    assert receipts.receipt(held.store, mailing.id).of(S.UNKNOWN) == 2
    assert receipts.resolve(held, mailing.id, True, None, at(3), "ada") == 2
    assert mailings.get(held.store, mailing.id).state is MailingState.CANCELLED


def test_deciding_about_nothing_leaves_no_line(held: Owned) -> None:
    """No row is unknown, or none of these readers': nothing is written."""
    mailing = in_the_middle(held)
    assert receipts.resolve(held, mailing.id, True, [Mark(b"-" * 16)], at(2), "ada") == 0
    assert receipts.resolve(held, mailing.id, True, [], at(2), "ada") == 0
    assert audit.entries(held.store) == ()
    assert mailings.get(held.store, mailing.id).state is MailingState.SENDING


def test_an_installation_claims_once_and_the_newest_holds(store: Store) -> None:
    """Nobody holds at first; claiming twice is claiming once; a copy that claims takes it over, and the log says from
    whom."""
    assert installation.holder(store) is None
    first = installation.claim(store, "one", "ada's machine, /srv/news", "ada", at())
    assert installation.claim(store, "one", "ada's machine, /srv/news", "ben", at(1)) == first
    second = installation.claim(store, "two", "the new machine", "ben", at(2))
    assert installation.holder(store) == second
    assert (second.number, second.who, second.claimed) == (2, "ben", at(2))
    told = [(one.deed.act, one.deed.who, one.deed.note) for one in audit.entries(store)]
    assert told == [
        ("claim", "ada", "ada's machine, /srv/news"),
        ("claim", "ben", "the new machine, instead of ada's machine, /srv/news"),
    ]


def unresolved(held: Owned) -> Mailing:
    """Two of three rows are unknown, nothing is open."""
    add_readers(held.store, *range(3))
    mailing = sending(held)
    begin(held, mailing, 1, 2, 3)
    stand = rows(held.store, mailing)
    came = (S.ACCEPTED, S.UNKNOWN, S.UNKNOWN)
    ledger.commit(held, mailing.id, [verdict(stand[seq], state) for seq, state in enumerate(came, 1)], (), at(5))
    assert ledger.settle(held, mailing.id, at(6)) is MailingState.UNRESOLVED
    return mailings.get(held.store, mailing.id)
