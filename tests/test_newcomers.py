"""Newcomers: whoever may be written to since a mailing was planned is added to it, however they came.

And all the others are not looked at."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter.model.incoming import Incoming
from newsletter.model.mailing import MailingKind, MailingState
from newsletter.model.subscriber import Consent, Mark, Reason, Subscriber, SubscriberState
from newsletter.store import importing, mailings, planning, schema, subscribers, suppressions
from newsletter.store.engine import Store, open_store, upgrade_store
from newsletter.store.owning import Owned
from newsletter.store.staging import Staging
from newsletter.store.writable import writable
from tests.mailing import at, begin, explained, keep_editions, made, mark, opened, owned
from tests.older import step_back
from tests.postgres import KINDS, fresh_database

PEOPLE = 12
STEPS = 40
ALLOWED = ("SCAN newcomers", "SCAN anon", "SCAN (subquery")  # newcomers, and the batch that is being added


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with opened(request.param, tmp_path) as store:
        yield store


@pytest.fixture
def held(store: Store, tmp_path: Path) -> Iterator[Owned]:
    with owned(store, tmp_path) as held:
        yield held


class Town:
    """People who come and go, each by the functions that the program has for it."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self._folder = store, folder
        self.now = at(-600)
        self.ways: tuple[Callable[[int], None], ...] = (
            self.ask,
            self.confirm,
            self.pause,
            self.resume,
            self.leave,
            self.bounce,
            self.forgive,
            self.bring,
            self.erase,
        )

    def ask(self, number: int) -> None:
        there = subscribers.find(self.store, (mark(number),))
        if there is None:
            with self.store.writing_alone() as connection:
                subscribers.ask(connection, self._stranger(number), "visitor", self.now, None)

    def confirm(self, number: int) -> None:
        there = subscribers.find(self.store, (mark(number),)) or self._stranger(number)
        with self.store.writing_alone() as connection:
            suppressions.lift(connection, there.mark, self.now, "confirmed anew")
            subscribers.confirm(connection, there, Consent(), "reader", self.now)

    def pause(self, number: int) -> None:
        if there := self._in_state(number, SubscriberState.CONFIRMED):
            with self.store.writing_alone() as connection:
                subscribers.pause(connection, there, at(number - 6), "reader", self.now)

    def resume(self, number: int) -> None:
        if there := self._in_state(number, SubscriberState.PAUSED):
            with self.store.writing_alone() as connection:
                subscribers.resume(connection, there, "reader", self.now)

    def leave(self, number: int) -> None:
        if there := self._in_state(number, SubscriberState.CONFIRMED):
            with self.store.writing_alone() as connection:
                subscribers.unsubscribe(connection, there)
                suppressions.suppress(connection, there.mark, Reason.OPT_OUT, self.now)

    def bounce(self, number: int) -> None:
        with self.store.writing_alone() as connection:
            suppressions.suppress(connection, mark(number), Reason.HARD_BOUNCE, self.now)

    def forgive(self, number: int) -> None:
        with self.store.writing_alone() as connection:
            suppressions.lift(connection, mark(number), self.now, "ada")

    def bring(self, number: int) -> None:
        with Staging(self._folder) as staging:
            for one in (number, (number + 1) % PEOPLE):
                address = f"reader{one}@example.org"
                staging.add((mark(one),), Incoming(2, address, None, None, None, (), None, None, "old.csv, line 2"))
            begun = importing.begin(
                self.store, file="old.csv", digest="d", basis="fair", who="mei", now=self.now, key="k1"
            )
            importing.bring_in(self.store, staging, begun, lambda _: None)

    def erase(self, number: int) -> None:
        with self.store.writing_alone() as connection:
            subscribers.remove(connection, (mark(number),))

    def _stranger(self, number: int) -> Subscriber:
        state = SubscriberState.UNCONFIRMED
        return Subscriber(mark=mark(number), address=f"reader{number}@example.org", state=state, added=self.now)

    def _in_state(self, number: int, state: SubscriberState) -> Subscriber | None:
        there = subscribers.find(self.store, (mark(number),))
        return there if there is not None and there.state is state else None


def missing(store: Store, mailing: int, now: datetime) -> set[Mark]:
    """Whom a look at every reader finds: they may be written to, and have no row."""
    rows = schema.deliveries
    there = select(rows.c.mark).where(rows.c.mailing == mailing)
    with store.reading() as connection:
        may = set(connection.scalars(select(schema.subscribers.c.mark).where(writable(now))))
        return {Mark(one) for one in may - set(connection.scalars(there))}


def noted(store: Store) -> set[bytes]:
    with store.reading() as connection:
        return set(connection.scalars(select(schema.newcomers.c.mark)))


@pytest.mark.parametrize("seed", range(4))
def test_whoever_has_come_since_the_plan_is_added_however_they_came(held: Owned, tmp_path: Path, seed: int) -> None:
    """After any sequence of comings and goings, topping up finds whom a look at all readers finds, and a second time
    nobody. A correction may be planned and sent in between."""
    chance = random.Random(seed)
    town = Town(held.store, tmp_path)
    for number in range(0, PEOPLE, 2):
        town.confirm(number)
    mailing = planning.plan(held, made(held.store).id, at(-600))
    for step in range(STEPS):
        town.now = at(-500 + chance.randrange(-200, 200))  # a clock that goes back and forth
        chance.choice(town.ways)(chance.randrange(PEOPLE))
        if step % 15 == 7:
            other = planning.plan(held, made(held.store, MailingKind.CORRECTION).id, town.now)
            mailings.move(held.store, other.id, MailingState.CANCELLED, expect=(MailingState.READY,), now=town.now)
        if step % 10 == 9:
            now = at(step / 4 - 6)
            wanted = missing(held.store, mailing.id, now)
            assert planning.top_up(held, mailing.id, now) == len(wanted)
            assert missing(held.store, mailing.id, now) == set()
            assert planning.top_up(held, mailing.id, now) == 0


def test_nobody_is_noted_while_no_mailing_waits_for_its_first_mail(held: Owned, tmp_path: Path) -> None:
    """Before a mailing is made, and once its first mail was begun, a reader who comes is nobody's newcomer."""
    town = Town(held.store, tmp_path)
    town.confirm(1)
    assert noted(held.store) == set()
    mailing = made(held.store)
    town.confirm(2)
    assert noted(held.store) == {mark(2)}
    planning.plan(held, mailing.id, at())
    assert noted(held.store) == set()
    town.confirm(3)
    mailings.move(held.store, mailing.id, MailingState.SENDING, expect=(MailingState.READY,), now=at())
    begin(held, mailing, 1)
    town.confirm(4)
    assert noted(held.store) == {mark(3)}


def test_a_plan_forgets_nobody_for_whom_another_mailing_waits(held: Owned, tmp_path: Path) -> None:
    """Newcomers of an issue that waits are kept when a correction is planned, and gone with the next plan alone."""
    town = Town(held.store, tmp_path)
    issue = planning.plan(held, made(held.store).id, at(-60))
    town.confirm(1)
    correction = planning.plan(held, made(held.store, MailingKind.CORRECTION).id, at(-50))
    assert (correction.total, noted(held.store)) == (1, {mark(1)})
    assert planning.top_up(held, issue.id, at()) == 1
    for one in (issue, correction):
        mailings.move(held.store, one.id, MailingState.CANCELLED, expect=(MailingState.READY,), now=at())
    planning.plan(held, made(held.store, MailingKind.CORRECTION).id, at())
    assert noted(held.store) == set()


def test_nobody_but_newcomers_and_who_is_back_is_looked_at(tmp_path: Path) -> None:
    """However many readers and rows there are, what topping up asks SQLite for goes through none of them in turn."""
    with opened("sqlite", tmp_path) as store, owned(store, tmp_path) as held:
        town = Town(store, tmp_path)
        mailing = planning.plan(held, made(store).id, at(-60))
        town.confirm(1)
        with explained(held) as plans:
            assert planning.top_up(held, mailing.id, at()) == 1
    assert "SEARCH subscribers USING INDEX ix_subscribers_paused (until<?)" in plans
    assert [one for one in plans if one.startswith("SCAN") and not one.startswith(ALLOWED)] == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("waits", [True, False])
def test_a_database_from_before_notes_everybody_where_a_mailing_waits(kind: str, waits: bool, tmp_path: Path) -> None:
    """Whoever came between the plan and the new version of the program is found by one look at all readers; where no
    mailing waits there is nothing to be noted."""
    with fresh_database(kind, tmp_path) as address:
        with open_store(address) as store, owned(store, tmp_path) as held:
            keep_editions(store)
            Town(store, tmp_path).confirm(1)
            if waits:
                planning.plan(held, made(store).id, at(-60))
            Town(store, tmp_path).confirm(2)
            with store.writing_alone() as connection:
                step_back(connection, "0005")
        upgrade_store(address)
        with open_store(address) as store:
            assert noted(store) == ({mark(1), mark(2)} if waits else set())
