"""What may be begun: an intent is granted once, to nobody who has left, in a mailing that is sending."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from newsletter.model.mailing import DeliveryState, Intent, MailingState, Pause, Verdict
from newsletter.model.subscriber import Act, Reason, SubscriberState
from newsletter.store import happenings, ledger, mailings, schema, suppressions
from newsletter.store.engine import Store
from newsletter.store.owning import Owned
from tests.mailing import (
    DIGEST,
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
