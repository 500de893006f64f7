"""The rows of the ledger: which step each state may take, and that no step is taken twice."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

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
    leave,
    mark,
    opened,
    owned,
    rows,
    sending,
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
