"""Mailings: one of an issue, and no step that no mailing takes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import update

from newsletter.model.issue import IssueId
from newsletter.model.mailing import MailingId, MailingKind, MailingState, Pause
from newsletter.store import audit, mailings, planning, schema
from newsletter.store.engine import Store
from newsletter.store.errors import StoreError
from newsletter.store.mailings import AlreadyMailed
from tests.mailing import COMING, DIGEST, DUE, MENDED, add_readers, at, begin, made, opened, owned, rows, sending
from tests.postgres import KINDS

S = MailingState

# Design 8: planning -> ready -> sending <-> paused -> unresolved -> sent; also missed and cancelled.
STEPS = {
    S.PLANNING: {S.READY, S.MISSED, S.CANCELLED},
    S.READY: {S.SENDING, S.PAUSED, S.MISSED, S.CANCELLED},
    S.SENDING: {S.PAUSED, S.MISSED, S.CANCELLED, S.UNRESOLVED, S.SENT},
    S.PAUSED: {S.READY, S.SENDING, S.MISSED, S.CANCELLED, S.UNRESOLVED, S.SENT},
    S.UNRESOLVED: {S.READY, S.SENT, S.CANCELLED},
    S.MISSED: {S.READY, S.CANCELLED},
    S.SENT: set(),
    S.CANCELLED: set(),
}


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with opened(request.param, tmp_path) as store:
        yield store


def put(store: Store, state: MailingState) -> None:
    """Every mailing is in this state."""
    with store.writing() as connection:
        connection.execute(update(schema.mailings).values(state=state.value))


def acts(store: Store) -> list[tuple[str, str | None]]:
    """What the audit log says was done, and the note."""
    return [(one.deed.act, one.deed.note) for one in audit.entries(store, COMING)]


def test_an_issue_has_one_mailing_and_any_number_of_corrections(store: Store) -> None:
    """The second of an issue is refused with the first in hand; corrections are counted; another issue has its own."""
    first = made(store)
    with pytest.raises(AlreadyMailed, match="2026-11-27 has its mailing already, which is planning") as caught:
        made(store)
    assert caught.value.mailing == first
    corrections = [made(store, MailingKind.CORRECTION) for _ in range(2)]
    other = mailings.create(store, IssueId(date(2026, 12, 4)), MailingKind.ISSUE, DIGEST, DUE, at(60), key="k1")
    assert [one.id for one in (first, *corrections, other)] == [1, 2, 3, 4]
    assert mailings.all_of(store, COMING) == (first, *corrections)
    assert mailings.find(store, COMING) == first
    assert mailings.find(store, COMING, MailingKind.CORRECTION) == corrections[1]
    assert mailings.find(store, IssueId(date(2026, 12, 11))) is None
    assert (first.state, first.total, first.began, first.digest) == (S.PLANNING, 0, None, DIGEST)


def test_a_mailing_takes_the_steps_of_the_table_and_no_other(store: Store) -> None:
    """For every pair of states: a step that is in the table is taken and read back, any other is a mistake of ours."""
    mailing = made(store)
    for before, to in product(S, S):
        put(store, before)
        pause = Pause.PROVIDER if to is S.PAUSED else None
        if to in STEPS[before]:
            moved = mailings.move(store, mailing.id, to, expect=(before,), now=at(1), pause=pause, words="so it is")
            assert moved == mailings.get(store, mailing.id)
            assert moved
            assert (moved.state, moved.pause, moved.words) == (to, pause, "so it is")
        else:
            with pytest.raises(ValueError, match=f"never goes from {before.value} to {to.value}"):
                mailings.move(store, mailing.id, to, expect=(before,), now=at(1), pause=pause)
            assert mailings.get(store, mailing.id).state is before


def test_a_step_from_another_state_than_expected_is_not_taken(store: Store) -> None:
    """Two people decide at once: the second finds the mailing elsewhere, and writes neither state nor log."""
    mailing = made(store)
    put(store, S.CANCELLED)
    before = mailings.get(store, mailing.id)
    assert mailings.move(store, mailing.id, S.READY, expect=(S.PAUSED, S.MISSED), now=at(), who="ada") is None
    assert mailings.get(store, mailing.id) == before
    assert acts(store) == []


def test_a_pause_says_why_and_nothing_else_does(store: Store) -> None:
    """A reason without a pause, or a pause without one, is a mistake of ours; resuming takes the reason away."""
    mailing = made(store)
    put(store, S.READY)
    for to, pause in ((S.PAUSED, None), (S.SENDING, Pause.PERSON)):
        with pytest.raises(ValueError, match="says why"):
            mailings.move(store, mailing.id, to, expect=(S.READY,), now=at(), pause=pause)
    mailings.move(store, mailing.id, S.PAUSED, expect=(S.READY,), now=at(), pause=Pause.DISK, words="full")
    resumed = mailings.move(store, mailing.id, S.SENDING, expect=(S.PAUSED,), now=at())
    assert resumed
    assert (resumed.pause, resumed.words, resumed.ended) == (None, None, None)


def test_what_a_person_does_stands_in_the_audit_log(store: Store) -> None:
    """Each act has its verb, the issue, the edition and the words; the log stays whole."""
    mailing = made(store)
    put(store, S.READY)
    steps = (S.SENDING, S.PAUSED, S.READY, S.MISSED, S.CANCELLED)
    for before, to in zip((S.READY, *steps), steps, strict=False):
        pause = Pause.PERSON if to is S.PAUSED else None
        mailings.move(
            *(store, mailing.id, to), expect=(before,), now=at(), pause=pause, words=f"to {to.value}", who="ada"
        )
    assert acts(store) == [(act, f"to {to.value}") for act, to in zip(
        ("send", "pause", "resume", "miss", "cancel"), steps, strict=True
    )]  # fmt: skip
    assert {one.deed.digest for one in audit.entries(store)} == {DIGEST}
    assert audit.verify(store) is None
    assert mailings.get(store, mailing.id).ended == at()


def test_a_mended_edition_is_pointed_at_until_the_end(store: Store) -> None:
    """Before and after the first mail; not twice, and not when it is over. The log says which edition it replaced."""
    mailing = made(store)
    for state in S:
        put(store, state)
        with store.writing() as connection:
            connection.execute(update(schema.mailings).values(digest=DIGEST))
        pointed = mailings.point(store, mailing.id, MENDED, at(1), "ada")
        assert (pointed is None) == state.over
        assert mailings.point(store, mailing.id, MENDED, at(1), "ada") is None
    assert set(acts(store)) == {("mend", f"instead of {DIGEST}")}
    put(store, S.READY)
    with pytest.raises(StoreError):
        mailings.point(store, mailing.id, "c" * 64, at(1), "ada")


def test_the_time_may_change_until_the_first_mail_is_begun(store: Store, tmp_path: Path) -> None:
    """Afterwards all messages have the Date of the first; only how long it may go on by itself can be changed."""
    add_readers(store, 0)
    with owned(store, tmp_path) as held:
        mailing = sending(held)
        changed = mailings.set_due(store, mailing.id, at(30), at(90))
        assert changed
        assert (changed.due, changed.expires) == (at(30), at(90))
        begin(held, mailing, 1)
        assert mailings.set_due(store, mailing.id, at(40), at(99)) is None
        extended = mailings.extend(store, mailing.id, at(200))
        assert extended
        assert (extended.due, extended.expires) == (at(30), at(200))
        put(store, S.SENT)
        assert mailings.extend(store, mailing.id, at(300)) is None


def test_what_was_missed_or_cancelled_before_its_first_mail_is_planned_anew(store: Store, tmp_path: Path) -> None:
    """It is as if new: planned again for the readers there are then. One that has begun is never planned anew."""
    add_readers(store, 0, 1)
    with owned(store, tmp_path) as held:
        mailing = planning.plan(held, made(store).id, at())
        assert mailings.anew(store, mailing.id, at(1), "ada") is None
        mailings.move(store, mailing.id, S.CANCELLED, expect=(S.READY,), now=at(1), words="too early")
        again = mailings.anew(store, mailing.id, at(2), "ada")
        assert again
        assert (again.state, again.ended, again.words, again.total) == (S.PLANNING, None, None, 0)
        add_readers(store, 2)
        assert planning.plan(held, mailing.id, at(3)).total == len(rows(store, mailing)) == 3
        mailings.move(store, mailing.id, S.SENDING, expect=(S.READY,), now=at(4))
        begin(held, mailing, 1)
        mailings.move(store, mailing.id, S.CANCELLED, expect=(S.SENDING,), now=at(5))
        assert mailings.anew(store, mailing.id, at(6), "ada") is None
        assert acts(store) == [("plan", "anew, it was cancelled")]


def test_those_that_want_somebodys_care_are_listed(store: Store) -> None:
    """What is neither sent nor cancelled is looked at by every start."""
    mailing = made(store)
    for state in S:
        put(store, state)
        assert bool(mailings.living(store)) != state.over
    with pytest.raises(StoreError, match="there is no mailing 99"):
        mailings.get(store, MailingId(99))
    with store.writing() as connection:
        connection.execute(update(schema.mailings).values(state="lost"))
    with pytest.raises(StoreError, match=f"mailing {mailing.id} in the database cannot be read"):
        mailings.get(store, mailing.id)


def test_an_issue_is_listed_from_its_first_mail_on(store: Store, tmp_path: Path) -> None:
    """Not while it is planned or ready; from its first intent on, whatever becomes of it then."""
    assert mailings.unlisted(store) == frozenset()
    add_readers(store, 1, 2)
    with owned(store, tmp_path) as held:
        mailing = sending(held)
        assert mailings.unlisted(store) == {COMING}
        begin(held, mailing, 1)
        assert mailings.unlisted(store) == frozenset()
        mailings.move(store, mailing.id, S.CANCELLED, expect=(S.SENDING,), now=at())
        assert mailings.unlisted(store) == frozenset()


def test_an_issue_that_nobody_was_there_to_get_is_listed(store: Store, tmp_path: Path) -> None:
    """It is sent, though no mail of it was ever begun; one that is over before its time is not."""
    with owned(store, tmp_path) as held:
        mailing = sending(held)
        put(store, S.SENT)
        assert mailings.get(store, mailing.id).began is None
        assert mailings.unlisted(store) == frozenset()
        for state in (S.CANCELLED, S.MISSED, S.PAUSED):
            put(store, state)
            assert mailings.unlisted(store) == {COMING}


def test_only_what_was_ended_behind_its_first_mail_was_cut_short(store: Store, tmp_path: Path) -> None:
    """Who cancels before it leaves nobody half-informed; a correction is no issue."""
    add_readers(store, 1, 2)
    with owned(store, tmp_path) as held:
        mailing = sending(held)
        put(store, S.CANCELLED)
        assert mailings.cut_short(store) == frozenset()
        put(store, S.SENDING)
        begin(held, mailing, 1)
        assert mailings.cut_short(store) == frozenset()
        put(store, S.CANCELLED)
        assert mailings.cut_short(store) == {COMING}


def test_a_correction_says_nothing_of_its_issue(store: Store) -> None:
    """Neither that it is not listed yet, nor that it was cut short."""
    made(store, MailingKind.CORRECTION)
    assert mailings.unlisted(store) == frozenset()
    with store.writing() as connection:
        connection.execute(update(schema.mailings).values(state=S.CANCELLED.value, began=at()))
    assert mailings.cut_short(store) == frozenset()
