"""The rows of the ledger: which step each state may take, and that no step is taken twice."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from newsletter.model.mailing import DeliveryState, Intent, Mailing, MailingState, Pause, Verdict
from newsletter.model.subscriber import Act, Reason, SubscriberState
from newsletter.store import happenings, ledger, mailings, receipts, schema, suppressions
from newsletter.store.engine import Store
from newsletter.store.owning import Owned
from tests.conftest import SOAK
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
AFTER = (S.ACCEPTED, S.REFUSED, S.DEFERRED, S.UNKNOWN)
AHEAD = (S.REFUSED, S.DEFERRED)

# Design: the steps a row may take, by what makes it take them; all others leave it as it is.
STEPS = {
    **{(S.HANDING_OVER, f"{state.value} after the intent"): state for state in AFTER},
    **{(before, f"{state.value} ahead"): state for before in (S.PLANNED, S.DEFERRED) for state in AHEAD},
    (S.DEFERRED, "given up"): S.EXPIRED,
    (S.PLANNED, "intent"): S.HANDING_OVER,
    (S.DEFERRED, "intent"): S.HANDING_OVER,
    (S.PLANNED, "intent for one who left"): S.SUPPRESSED,
    (S.DEFERRED, "intent for one who left"): S.SUPPRESSED,
    (S.HANDING_OVER, "recovery"): S.UNKNOWN,
    (S.PLANNED, "cancelling"): S.CANCELLED,
    (S.DEFERRED, "cancelling"): S.CANCELLED,
    (S.UNKNOWN, "accept"): S.ACCEPTED,
    (S.UNKNOWN, "resend"): S.PLANNED,
}
ANSWERS = (
    *(f"{state.value} after the intent" for state in AFTER),
    *(f"{state.value} ahead" for state in AHEAD),
    "given up",
)
OTHERS = ("intent", "intent for one who left", "recovery", "cancelling", "accept", "resend")


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with opened(request.param, tmp_path) as store:
        yield store


@pytest.fixture
def held(store: Store, tmp_path: Path) -> Iterator[Owned]:
    with owned(store, tmp_path) as held:
        yield held


def in_every_state(held: Owned) -> Mailing:
    """A mailing of nine rows: row 1 is in the first state of the enum, row 2 in the second ..., at attempt 3."""
    add_readers(held.store, *range(len(S)))
    mailing = sending(held)
    put_into_every_state(held.store)
    return mailing


def put_into_every_state(store: Store) -> None:
    """Brings the rows of `in_every_state` back to where they were, and its mailing and readers too."""
    table = schema.deliveries
    with store.writing() as connection:
        for seq, state in enumerate(S, 1):
            values = {"state": state.value, "attempt": 3, "next_try": at() if state is S.DEFERRED else None}
            values |= dict.fromkeys(("changed", "phase", "code", "status", "said", "digest", "first_try"))
            connection.execute(update(table).where(table.c.seq == seq).values(values | {"tries": 0}))
        connection.execute(update(schema.mailings).values(state=MailingState.SENDING.value, ended=None))
        connection.execute(update(schema.subscribers).values(state=SubscriberState.CONFIRMED.value))


def answered(name: str, seq: int, attempt: int) -> Verdict:
    """The verdict that a name of `ANSWERS` speaks of."""
    if name == "given up":
        return Verdict(seq=seq, attempt=attempt, state=S.EXPIRED, answer=NOBODY)
    state, _, when = name.partition(" ")
    deferred = state == S.DEFERRED.value
    next_try = at(5) if deferred else None
    ahead = when == "ahead"
    return Verdict(seq=seq, attempt=attempt, state=S(state), answer=NOBODY, next_try=next_try, ahead=ahead)


def make_happen(what: str, held: Owned, mailing: Mailing) -> None:
    """One of `OTHERS`, to all rows."""
    if what == "recovery":
        ledger.recover(held, mailing.id, at(9))
    elif what == "cancelling":
        mailings.move(
            held.store, mailing.id, MailingState.CANCELLED, expect=(MailingState.SENDING,), now=at(9), who="ada"
        )
        receipts.cancel_open(held, mailing.id, at(9))
    elif what in ("accept", "resend"):
        receipts.resolve(held, mailing.id, what == "accept", None, at(9), "ada")
    else:
        if what == "intent for one who left":
            for number in range(len(S)):
                leave(held.store, number)
        ledger.commit(held, mailing.id, (), [Intent(seq, 3, DIGEST) for seq in range(1, len(S) + 1)], at(9))


def test_a_row_takes_the_steps_of_the_table_and_no_other(held: Owned) -> None:
    """Whatever happens to rows in all nine states, each that the table names goes where it says, and the others stay
    exactly as they were, their last change included."""
    mailing = in_every_state(held)
    before = rows(held.store, mailing)
    for what in (*ANSWERS, *OTHERS):
        put_into_every_state(held.store)
        assert rows(held.store, mailing) == before
        if what in ANSWERS:
            ledger.commit(held, mailing.id, [answered(what, seq, 3) for seq in before], (), at(9))
        else:
            make_happen(what, held, mailing)
        after = rows(held.store, mailing)
        for seq, state in enumerate(S, 1):
            assert after[seq].state is STEPS.get((state, what), state), (state, what)
            assert (after[seq] == before[seq]) == ((state, what) not in STEPS), (state, what)


def test_a_verdict_on_another_attempt_changes_nothing(held: Owned) -> None:
    """An answer to the attempt before this one or after it, and a refusal that suppresses, leaves rows in all states as
    they were."""
    mailing = in_every_state(held)
    before = rows(held.store, mailing)
    for what in ANSWERS:
        late = [answered(what, seq, attempt) for seq in before for attempt in (2, 4)]
        refusals = [Verdict(seq=seq, attempt=2, state=S.REFUSED, answer=NOBODY, suppress=True) for seq in before]
        ledger.commit(held, mailing.id, [*late, *refusals], (), at(9))
        assert rows(held.store, mailing) == before
    assert suppressions.living(held.store, [mark(number) for number in range(len(S))]) == ()


def test_an_intent_at_another_attempt_is_not_granted(held: Owned) -> None:
    """What was read of a row is too old when the row was handed over since: nothing is granted, nothing changes."""
    mailing = in_every_state(held)
    before = rows(held.store, mailing)
    intents = [Intent(seq, attempt, DIGEST) for seq in before for attempt in (2, 4)]
    assert ledger.commit(held, mailing.id, (), intents, at(9)).granted == frozenset()
    assert rows(held.store, mailing) == before


def test_impossible_verdicts_are_refused_before_anything_is_written(held: Owned) -> None:
    """An acceptance ahead of the intent, a deferral without a time and a state that no answer makes are mistakes of
    ours; the whole commit is refused."""
    mailing = in_every_state(held)
    before = rows(held.store, mailing)
    good = answered("accepted after the intent", 2, 3)
    wrong = [
        Verdict(seq=1, attempt=3, state=S.ACCEPTED, answer=NOBODY, ahead=True),
        Verdict(seq=1, attempt=3, state=S.UNKNOWN, answer=NOBODY, ahead=True),
        Verdict(seq=2, attempt=3, state=S.DEFERRED, answer=NOBODY),
        Verdict(seq=2, attempt=3, state=S.ACCEPTED, answer=NOBODY, next_try=at(5)),
        Verdict(seq=2, attempt=3, state=S.CANCELLED, answer=NOBODY),
        Verdict(seq=2, attempt=3, state=S.PLANNED, answer=NOBODY),
    ]
    for one in wrong:
        with pytest.raises(ValueError, match="seq="):
            ledger.commit(held, mailing.id, [good, one], (), at(9))
    assert rows(held.store, mailing) == before


def test_a_commit_repeated_is_the_commit_once(held: Owned) -> None:
    """A commit whose own answer was lost is repeated: the same rows are granted and suppressed, the rows and the
    readers' stories stay as the first one left them."""
    add_readers(held.store, *range(6))
    mailing = sending(held)
    begin(held, mailing, 1, 2, 3)
    stand = rows(held.store, mailing)
    left = next(number for number in range(6) if mark(number) == stand[5].mark)
    leave(held.store, left)
    gone = Verdict(seq=3, attempt=1, state=S.REFUSED, answer=NOBODY, suppress=True)
    verdicts = [verdict(stand[1], S.ACCEPTED), verdict(stand[2], S.DEFERRED), gone]
    intents = [Intent(4, 0, DIGEST), Intent(5, 0, DIGEST)]
    first = ledger.commit(held, mailing.id, verdicts, intents, at(1))
    after = rows(held.store, mailing)
    second = ledger.commit(held, mailing.id, verdicts, intents, at(1))
    assert first == second
    assert (first.granted, first.suppressed) == (frozenset({4}), frozenset({5}))
    assert rows(held.store, mailing) == after
    assert [one.act for one in happenings.of(held.store, [stand[3].mark])] == [Act.SUPPRESSED]


def test_what_another_owner_began_is_not_granted_to_a_commit_repeated(held: Owned) -> None:
    """A commit was lost together with its session; another owner handed the row over and died. Repeated, the commit
    grants nothing: the other's mail may be on its way."""
    add_readers(held.store, 0)
    mailing = sending(held)
    assert begin(held, mailing, 1, now=at(2)) == {1}
    assert ledger.commit(held, mailing.id, (), [Intent(1, 0, DIGEST)], at(1)).granted == frozenset()


def test_a_granted_row_stays_granted_when_the_mailing_is_paused_before_the_repetition(held: Owned) -> None:
    """The intent is on disk: whether the mailing was paused since changes nothing about this row, only about others."""
    add_readers(held.store, 0, 1)
    mailing = sending(held)
    begin(held, mailing, 1, now=at(1))
    pause = Pause.PERSON
    mailings.move(held.store, mailing.id, MailingState.PAUSED, expect=(MailingState.SENDING,), now=at(1), pause=pause)
    again = ledger.commit(held, mailing.id, (), [Intent(1, 0, DIGEST), Intent(2, 0, DIGEST)], at(1))
    assert (again.state, again.granted) == (MailingState.PAUSED, frozenset({1}))


@pytest.mark.parametrize("how", ["unsubscribed", "paused", "complaint", "erased"])
def test_who_left_before_the_intent_is_suppressed(held: Owned, how: str) -> None:
    """A reader whose leaving was on disk before the intent's transaction began is never written to, whether the row
    was new or deferred."""
    add_readers(held.store, 0, 1)
    mailing = sending(held)
    begin(held, mailing, 2)
    deferred = rows(held.store, mailing)[2]
    ledger.commit(held, mailing.id, [verdict(deferred, S.DEFERRED)], (), at(1))
    table = schema.subscribers
    with held.store.writing() as connection:
        if how == "complaint":
            for number in (0, 1):
                suppressions.suppress(connection, mark(number), Reason.COMPLAINT, at(2), "")
        elif how == "erased":
            connection.execute(delete(table))
        else:
            until = at(10_000) if how == "paused" else None
            connection.execute(update(table).values(state=how, until=until))
    came = ledger.commit(held, mailing.id, (), [Intent(1, 0, DIGEST), Intent(2, 1, DIGEST)], at(6))
    assert (came.granted, came.suppressed) == (frozenset(), frozenset({1, 2}))
    assert ledger.settle(held, mailing.id, at(6)) is MailingState.SENT


def test_a_pause_that_is_over_and_a_lifted_suppression_forbid_nothing(held: Owned) -> None:
    """Who paused until yesterday, and who is welcome again, gets the issue."""
    add_readers(held.store, 0, 1)
    table = schema.subscribers
    with held.store.writing() as connection:
        back = update(table).where(table.c.mark == mark(0))
        connection.execute(back.values(state=SubscriberState.PAUSED.value, until=at(-1)))
        suppressions.suppress(connection, mark(1), Reason.HARD_BOUNCE, at(-90), "")
        suppressions.lift(connection, mark(1), at(-80), "confirmed anew")
    with held.store.reading() as connection:
        assert suppressions.living(connection, [mark(1)]) == ()
    mailing = sending(held)
    begun = begin(held, mailing, *rows(held.store, mailing))
    assert mark(1) in {rows(held.store, mailing)[seq].mark for seq in begun}
    assert begin(held, mailing, *(set(rows(held.store, mailing)) - begun)) == frozenset()


@pytest.mark.parametrize("state", [MailingState.PAUSED, MailingState.CANCELLED])
def test_nothing_is_begun_unless_the_mailing_is_sending(held: Owned, state: MailingState) -> None:
    """A pause that was on disk before the commit stops it: answers are written, no intent is, no reader suppressed."""
    add_readers(held.store, 0, 1, 2)
    mailing = sending(held)
    begin(held, mailing, 1)
    for number in range(3):
        leave(held.store, number)
    pause = Pause.PERSON if state is MailingState.PAUSED else None
    mailings.move(held.store, mailing.id, state, expect=(MailingState.SENDING,), now=at(1), pause=pause)
    said = [verdict(rows(held.store, mailing)[1], S.ACCEPTED)]
    came = ledger.commit(held, mailing.id, said, [Intent(2, 0, DIGEST), Intent(3, 0, DIGEST)], at(2))
    assert (came.state, came.granted, came.suppressed) == (state, frozenset(), frozenset())
    assert [state_of(held.store, mailing, seq) for seq in (1, 2, 3)] == [S.ACCEPTED, S.PLANNED, S.PLANNED]


def test_the_first_intent_begins_the_mailing_and_fixes_its_time(held: Owned) -> None:
    """`began` is the time of the first intent and never another; from then on the due time stays."""
    add_readers(held.store, 0, 1)
    mailing = sending(held)
    ledger.commit(held, mailing.id, (), (), at(1))
    assert mailings.set_due(held.store, mailing.id, at(3), at(999))
    begin(held, mailing, 1, now=at(4))
    begin(held, mailing, 2, now=at(5))
    assert mailings.set_due(held.store, mailing.id, at(6), at(999)) is None
    found = mailings.get(held.store, mailing.id)
    assert (found.began, found.due) == (at(4), at(3))


def test_the_teams_own_go_first_and_the_others_wait_ten_minutes(held: Owned) -> None:
    """Nobody else's mail is begun before ten minutes have passed since the last of the team's was."""
    add_readers(held.store, *range(5))
    mailing = sending(held, team=(mark(2), mark(4)))
    assert {rows(held.store, mailing)[seq].mark for seq in (1, 2)} == {mark(2), mark(4)}
    assert begin(held, mailing, 1, 3, now=at(1)) == {1}
    assert mailings.get(held.store, mailing.id).rest_from is None
    assert begin(held, mailing, 2, 3, now=at(2)) == {2}
    assert mailings.get(held.store, mailing.id).rest_from == at(12)
    assert begin(held, mailing, 3, now=at(11.9)) == frozenset()
    assert begin(held, mailing, 3, 4, 5, now=at(12)) == {3, 4, 5}


def test_a_team_whose_mails_come_to_nothing_holds_nobody_up(held: Owned) -> None:
    """Where the team's own rows are deferred, refused or suppressed instead, the ten minutes begin all the same."""
    add_readers(held.store, *range(4))
    mailing = sending(held, team=(mark(0), mark(1), mark(2)))
    stand = rows(held.store, mailing)
    gone = next(number for number in range(3) if mark(number) == stand[3].mark)
    leave(held.store, gone)
    ahead = [verdict(stand[1], S.DEFERRED, ahead=True), verdict(stand[2], S.REFUSED, ahead=True)]
    ledger.commit(held, mailing.id, ahead, [Intent(3, 0, DIGEST)], at(3))
    assert mailings.get(held.store, mailing.id).rest_from == at(13)


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


def test_an_address_that_does_not_exist_is_never_written_to_again(held: Owned) -> None:
    """A refusal that suppresses writes the suppression and the reader's story in the same transaction, once."""
    add_readers(held.store, 0)
    mailing = sending(held)
    refusal = Verdict(seq=1, attempt=0, state=S.REFUSED, answer=NOBODY, ahead=True, suppress=True)
    ledger.commit(held, mailing.id, [refusal, refusal], (), at(1))
    (found,) = suppressions.living(held.store, [mark(0)])
    assert (found.reason, found.since) == (Reason.HARD_BOUNCE, at(1))
    assert "550 no such user" in (found.note or "")
    (told,) = happenings.of(held.store, [mark(0)])
    assert (told.act, told.who) == (Act.SUPPRESSED, f"mailing {mailing.id}")


def test_a_row_that_expires_keeps_the_answer_that_says_why(held: Owned) -> None:
    """Giving up says nothing new: the server's last words stay."""
    add_readers(held.store, 0)
    mailing = sending(held)
    begin(held, mailing, 1)
    ledger.commit(held, mailing.id, [verdict(rows(held.store, mailing)[1], S.DEFERRED)], (), at(1))
    words = rows(held.store, mailing)[1].answer
    ledger.commit(held, mailing.id, [answered("given up", 1, 1)], (), at(24 * 60 + 1))
    row = rows(held.store, mailing)[1]
    assert (row.state, row.answer, row.next_try) == (S.EXPIRED, words, None)


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


WHAT = st.sampled_from([*ANSWERS, *OTHERS[:3], "accept", "resend", "leave", "pause", "resume", "settle", "mend"])


@settings(max_examples=1_000 if SOAK else 15)
@given(steps=st.lists(st.tuples(WHAT, st.sets(st.integers(1, 5), min_size=1)), max_size=25))
def test_the_sum_closes_after_whatever_happens(steps: list[tuple[str, set[int]]]) -> None:
    """After any sequence of answers, intents, crashes, pauses and decisions every planned row is in exactly one state,
    nobody was handed over more often than granted, and no row changed without a reason in the table."""
    with (
        tempfile.TemporaryDirectory() as folder,
        opened("sqlite", Path(folder)) as store,
        owned(store, Path(folder)) as held,
    ):
        add_readers(store, *range(5))
        mailing = sending(held)
        granted = dict.fromkeys(range(1, 6), 0)
        for minute, (what, seqs) in enumerate(steps):
            before = rows(store, mailing)
            for seq in _happen(what, seqs, held, mailing, at(minute)):
                granted[seq] += 1
            after = rows(store, mailing)
            allowed = {(came, to) for (came, _), to in STEPS.items()}
            assert all(
                before[seq].state is after[seq].state or (before[seq].state, after[seq].state) in allowed
                for seq in before
            )
            receipt = receipts.receipt(store, mailing.id)
            assert receipt.balanced
            assert {seq: row.attempt for seq, row in after.items()} == granted
            if receipt.mailing.state is MailingState.SENT:
                assert receipt.closed


def _happen(what: str, seqs: set[int], held: Owned, mailing: Mailing, minute: datetime) -> frozenset[int]:
    """What a step of the property says, to these rows; which of them are granted by it."""
    stand = rows(held.store, mailing)
    if what in ANSWERS:
        ledger.commit(held, mailing.id, [answered(what, seq, stand[seq].attempt) for seq in seqs], (), minute)
    elif what == "intent":
        digest = mailings.get(held.store, mailing.id).digest
        intents = [Intent(seq, stand[seq].attempt, stand[seq].digest or digest) for seq in seqs]
        return ledger.commit(held, mailing.id, (), intents, minute).granted
    elif what == "leave":
        for seq in seqs:
            leave(held.store, next(one for one in range(5) if mark(one) == stand[seq].mark))
    elif what == "pause":
        mailings.move(
            *(held.store, mailing.id, MailingState.PAUSED),
            expect=(MailingState.SENDING, MailingState.READY),
            now=minute,
            pause=Pause.PERSON,
        )
    elif what == "resume":
        waiting = (MailingState.PAUSED, MailingState.READY)
        mailings.move(held.store, mailing.id, MailingState.SENDING, expect=waiting, now=minute)
    elif what == "settle":
        ledger.settle(held, mailing.id, minute)
    elif what == "mend":
        mailings.point(held.store, mailing.id, MENDED, minute, "ada")
    elif what in ("accept", "resend"):
        receipts.resolve(held, mailing.id, what == "accept", [stand[seq].mark for seq in seqs], minute, "ada")
    elif what == "recovery":
        ledger.recover(held, mailing.id, minute)
    return frozenset()
