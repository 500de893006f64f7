"""Notices: mails of our own to one person. Each waits until it is over, and nobody is bombed with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from newsletter.deliver.notices import GIVEN_UP, LONGEST_WAIT, after, message_id
from newsletter.model.answer import Answer, Phase
from newsletter.model.notice import NoticeKind, NoticeState
from newsletter.model.subscriber import Mark
from newsletter.store import notices, schema
from newsletter.store.engine import Store, open_store
from newsletter.tokens import Key, KeyRing
from tests.conftest import SOAK
from tests.living import NOW
from tests.noticing import ANA, NOTICE
from tests.postgres import KINDS, fresh_database

RING = KeyRing((Key("k1", b"a key for nothing but tests"),))
ACCEPTED = Answer(Phase.DOT, 250, "2.0.0", "taken")


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with fresh_database(request.param, tmp_path) as address, open_store(address) as opened:
        yield opened


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One database for all examples of a property, each of which empties it again."""
    with fresh_database("sqlite", tmp_path_factory.mktemp("empty")) as address, open_store(address) as opened:
        yield opened


def mark_of(address: str) -> tuple[Mark, ...]:
    return tuple(Mark(mark) for _, mark in RING.marks(address))


# What is kept


@settings(max_examples=2_000 if SOAK else 60)
@given(minutes=st.lists(st.integers(0, 4 * 24 * 60), min_size=1, max_size=12))
def test_no_address_gets_two_confirmations_within_a_day(empty: Store, minutes: list[int]) -> None:
    """In whatever order a form is filled in, and whatever the clock does: those kept lie 24 hours apart."""
    with empty.writing() as connection:
        kept = []
        for minute in minutes:
            asked = NOW + timedelta(minutes=minute)
            if notices.write(connection, replace(NOTICE, asked=asked, next_try=asked), mark_of(ANA), 1):
                kept.append(asked)
        connection.execute(delete(schema.notices))
    kept.sort()
    assert kept
    assert all(later - sooner >= timedelta(days=1) for sooner, later in pairwise(kept))


SIGN_UPS = 10_000 if SOAK else 500


@pytest.mark.soak
def test_any_number_of_sign_ups_for_one_address_are_one_mail(store: Store) -> None:
    """In one day, by any spelling of its capitals, whichever key the marks are made with."""
    older = KeyRing((Key("k2", b"a newer key for nothing but tests"), Key("k1", b"a key for nothing but tests")))
    kept = 0
    with store.writing_alone() as connection:
        for at in range(SIGN_UPS):
            address, ring = (ANA.upper() if at % 2 else ANA), (older if at % 3 else RING)
            marks = tuple(Mark(mark) for _, mark in ring.marks(address))
            asked = NOW + timedelta(days=at / SIGN_UPS)
            kept += notices.write(connection, replace(NOTICE, asked=asked), marks, 1) is not None
    assert kept == 1
    assert len(notices.due(store, NOW, 10)) == 1


def test_of_many_who_ask_at_once_one_is_kept(store: Store) -> None:
    """Eight at the same moment, from eight connections."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: notices.keep(store, NOTICE, mark_of(ANA), 1), range(8)))
    assert [one.number for one in found if one] == [1]


def test_other_addresses_and_other_kinds_count_for_themselves(store: Store) -> None:
    """One person's confirmation keeps nobody else's back, and no notice of another kind."""
    assert notices.keep(store, NOTICE, mark_of(ANA), 1)
    assert notices.keep(store, replace(NOTICE, address="ben@example.org"), mark_of("ben@example.org"), 1)
    assert notices.keep(store, replace(NOTICE, kind=NoticeKind.SIGN_IN), mark_of(ANA), 1)
    assert notices.keep(store, NOTICE, mark_of(ANA), 1) is None
    assert [one.number for one in notices.due(store, NOW, 10)] == [1, 2, 3]


def test_what_waits_longest_comes_first(store: Store) -> None:
    """And nothing before its time; what is over is never due again."""
    for minutes in (7, 3, 5):
        assert notices.keep(store, replace(NOTICE, next_try=NOW + timedelta(minutes=minutes)), (), 1)
    assert notices.next_due(store) == NOW + timedelta(minutes=3)
    assert notices.due(store, NOW, 10) == ()
    first, second = notices.due(store, NOW + timedelta(minutes=6), 10)
    assert (first.number, second.number) == (2, 3)
    assert notices.due(store, NOW + timedelta(hours=1), 1) == (first,)
    notices.record(store, after(first, ACCEPTED, NOW))
    assert notices.get(store, 2) == after(first, ACCEPTED, NOW)
    assert [one.number for one in notices.due(store, NOW + timedelta(hours=1), 10)] == [3, 1]


def test_an_outcome_is_written_once_and_to_its_own_notice(store: Store) -> None:
    """Not to another that was given its number, and not twice."""
    kept = notices.keep(store, NOTICE, (), 1)
    assert kept
    again = after(kept, Answer(Phase.RCPT, 451), NOW)
    notices.record(store, again)
    notices.record(store, after(kept, ACCEPTED, NOW))
    assert notices.get(store, 1) == again
    notices.record(store, replace(after(again, ACCEPTED, NOW), asked=NOW - timedelta(days=1)))
    assert notices.get(store, 1) == again


def test_one_that_is_of_no_use_any_more_is_late_and_not_due(store: Store) -> None:
    """At its very end it still goes. One that was sent, or has no end, stays as it is."""
    ends = (NOW, NOW + timedelta(hours=1), None, NOW)
    kept = [notices.keep(store, replace(NOTICE, until=until), (), 1) for until in ends]
    assert None not in kept
    assert [notices.get(store, number) for number in (1, 2, 3, 4)] == kept
    assert kept[3]
    notices.record(store, after(kept[3], ACCEPTED, NOW))
    notices.end_late(store, NOW)
    assert [one.number for one in notices.due(store, NOW, 10)] == [1, 2, 3]
    notices.end_late(store, NOW + timedelta(seconds=1))
    assert [one.number for one in notices.due(store, NOW, 10)] == [2, 3]
    late = notices.get(store, 1)
    assert late
    assert late.state is NoticeState.LATE
    assert (notices.failed(store, NOW), notices.unsent(store, NOW)) == ((), 1)
    notices.record(store, after(notices.due(store, NOW, 1)[0], Answer(Phase.RCPT, 550), NOW))
    assert (notices.unsent(store, NOW), notices.unsent(store, NOW + timedelta(seconds=1))) == (2, 0)


# What an answer makes of it


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (ACCEPTED, NoticeState.SENT),
        (Answer(Phase.DOT, 0), NoticeState.WAITING),
        (Answer(Phase.DOT, 451), NoticeState.WAITING),
        (Answer(Phase.DOT, 554), NoticeState.FAILED),
        (Answer(Phase.CONTENT, 0), NoticeState.WAITING),
        (Answer(Phase.DATA, 554), NoticeState.FAILED),
        (Answer(Phase.RCPT, 550), NoticeState.FAILED),
        (Answer(Phase.RCPT, 450), NoticeState.WAITING),
        (Answer(Phase.MAIL, 550), NoticeState.WAITING),
        (Answer(Phase.AUTH, 535), NoticeState.WAITING),
        (Answer(Phase.GREETING, 554), NoticeState.WAITING),
        (Answer(Phase.CONNECT, 0), NoticeState.WAITING),
    ],
    ids=str,
)
def test_an_answer_ends_a_notice_only_where_it_is_about_it(answer: Answer, state: NoticeState) -> None:
    """A refusal of us is mended and tried again; a lost answer is no answer: rather twice than never."""
    assert after(NOTICE, answer, NOW).state is state
    late = after(NOTICE, answer, NOW + GIVEN_UP).state
    assert late is (NoticeState.SENT if state is NoticeState.SENT else NoticeState.FAILED)


def test_tries_come_after_a_minute_doubling_to_an_hour_for_two_days() -> None:
    """Somebody sits there and waits for the first ones."""
    notice, waits = NOTICE, []
    while notice.state is NoticeState.WAITING:
        now = notice.next_try
        notice = after(notice, Answer(Phase.RCPT, 451), now)
        waits.append(int((notice.next_try - now).total_seconds() / 60))
    assert waits[:8] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert (set(waits[6:-1]), waits[-1]) == ({60}, 0)
    assert GIVEN_UP <= notice.next_try - NOTICE.asked < GIVEN_UP + LONGEST_WAIT


def test_one_with_an_end_is_tried_more_often_near_it_and_then_no_more() -> None:
    """A server that is back a few minutes before a deadline is found in time."""
    until = NOW + timedelta(hours=4)
    notice, tries = replace(NOTICE, until=until), []
    while notice.state is NoticeState.WAITING:
        tries.append(int((until - notice.next_try).total_seconds() / 60))
        notice = after(notice, Answer(Phase.CONNECT, 0), notice.next_try)
    assert tries[:8] == [240, 239, 237, 233, 225, 209, 177, 117]
    assert tries[8:] == [58, 29, 14, 7, 3, 1, 0]
    assert notice.state is NoticeState.LATE
    assert after(replace(notice, state=NoticeState.WAITING), ACCEPTED, until).state is NoticeState.SENT


def test_a_message_id_is_the_same_at_every_try_and_of_one_notice() -> None:
    """A number that a restored database gives again makes another one."""
    kept = replace(NOTICE, number=7)
    own = message_id(kept, "focus.example.org", RING)
    assert own == message_id(after(kept, Answer(Phase.DOT, 0), NOW), "focus.example.org", RING)
    assert re.fullmatch(r"<notice\.20261125T130000000000\.7\.[a-z2-7]{26}@focus\.example\.org>", own)
    others = (replace(kept, number=8), replace(kept, asked=NOW + timedelta(microseconds=1)))
    assert own not in [message_id(one, "focus.example.org", RING) for one in others]
