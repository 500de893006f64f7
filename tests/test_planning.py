"""Planning: each reader who may be written to has one row, whatever happens while the rows are written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event, update

from newsletter.model.mailing import DeliveryState, Mailing, MailingState
from newsletter.model.subscriber import Reason, SubscriberState
from newsletter.store import mailings, planning, receipts, schema, suppressions
from newsletter.store.engine import Store
from newsletter.store.owning import Owned
from tests.mailing import add_readers, at, begin, leave, made, mark, opened, owned, rows, sending
from tests.postgres import KINDS


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with opened(request.param, tmp_path) as store:
        yield store


@pytest.fixture
def held(store: Store, tmp_path: Path) -> Iterator[Owned]:
    with owned(store, tmp_path) as held:
        yield held


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three rows in a batch, so that ten readers are several batches."""
    monkeypatch.setattr(planning, "BATCH", 3)


def people(store: Store) -> None:
    """Readers 0 to 3 may be written to, 4 to 9 may not, each for another reason."""
    add_readers(store, *range(10))
    table = schema.subscribers

    def say(number: int, state: SubscriberState, minutes: float | None = None) -> None:
        until = None if minutes is None else at(minutes)
        with store.writing() as connection:
            this = update(table).where(table.c.mark == mark(number))
            connection.execute(this.values(state=state.value, until=until))

    say(3, SubscriberState.PAUSED, -60)
    say(4, SubscriberState.PAUSED, 60)
    say(5, SubscriberState.UNCONFIRMED)
    say(6, SubscriberState.UNSUBSCRIBED)
    with store.writing() as connection:
        for number, reason in ((7, Reason.HARD_BOUNCE), (8, Reason.COMPLAINT), (9, Reason.OPT_OUT)):
            suppressions.suppress(connection, mark(number), reason, at(-99), "")
        suppressions.suppress(connection, mark(2), Reason.HARD_BOUNCE, at(-99), "")
        suppressions.lift(connection, mark(2), at(-98), "ada")


def planned_marks(store: Store, mailing: Mailing) -> list[bytes]:
    """The marks of all rows, in the order of `seq`, which has no gaps."""
    found = rows(store, mailing)
    assert sorted(found) == list(range(1, len(found) + 1))
    return [found[seq].mark for seq in sorted(found)]


def test_each_reader_who_may_be_written_to_has_one_row(held: Owned) -> None:
    """Confirmed, or back from a pause, and nothing that forbids it: these have a row, in the order of their marks,
    with address and name as they are now; the count is the mailing's."""
    people(held.store)
    mailing = planning.plan(held, made(held.store).id, at())
    assert (mailing.state, mailing.total, mailing.team) == (MailingState.READY, 4, 0)
    assert planned_marks(held.store, mailing) == sorted(map(mark, range(4)))
    row = next(one for one in rows(held.store, mailing).values() if one.mark == mark(1))
    assert (row.address, row.name, row.state) == ("reader1@example.org", "Reader 1", DeliveryState.PLANNED)
    assert (row.attempt, row.tries, row.digest, row.answer, row.changed) == (0, 0, None, None, None)


def test_a_rehearsal_counts_everybody_once(held: Owned) -> None:
    """The figures of a dry run: whom a mailing would reach, and why not the others; together they are all readers."""
    people(held.store)
    audience = planning.audience(held.store, at())
    assert audience == planning.Audience(writable=4, suppressed=3, unconfirmed=1, paused=1, unsubscribed=1)
    assert planning.audience(held.store, at(60)).paused == 0


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 6, 7])
def test_batches_neither_skip_nor_repeat_a_reader(held: Owned, count: int) -> None:
    """However many rows there are to a batch: every reader once, with and without a team that goes first."""
    if count:
        add_readers(held.store, *range(count))
    mailing = planning.plan(held, made(held.store).id, at())
    assert planned_marks(held.store, mailing) == sorted(map(mark, range(count)))
    assert mailing.total == count


@pytest.mark.usefixtures("small")
def test_the_team_goes_first(held: Owned) -> None:
    """The team's own subscriptions are the first rows, all others follow; who of the team is no reader, or may not be
    written to, has no row."""
    people(held.store)
    add_readers(held.store, 10, 11, 12)
    team = (mark(12), mark(1), mark(7), mark(99))
    mailing = planning.plan(held, made(held.store).id, at(), team)
    others = (0, 2, 3, 10, 11)
    assert planned_marks(held.store, mailing) == sorted([mark(1), mark(12)]) + sorted(map(mark, others))
    assert (mailing.team, mailing.total) == (2, 7)


@pytest.mark.usefixtures("small")
def test_a_plan_that_is_cut_off_anywhere_is_made_anew(held: Owned) -> None:
    """Whatever statement the process dies at, the mailing is not ready; the next plan deletes what was there, also of
    readers who left meanwhile, and has everybody once."""
    add_readers(held.store, *range(10))
    mailing = made(held.store)
    engine, cut_off = _engine(held), 0
    for statement in range(0, 100, 1 if held.store.on_sqlite else 5):  # there each costs a round trip or two
        left = statement

        def die(*_: object) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise ZeroDivisionError

        event.listen(engine, "before_cursor_execute", die)
        try:
            planning.plan(held, mailing.id, at(), (mark(4),))
            break
        except ZeroDivisionError:
            cut_off += 1
        finally:
            event.remove(engine, "before_cursor_execute", die)
        assert mailings.get(held.store, mailing.id).state is MailingState.PLANNING
        if statement == 10:
            leave(held.store, 0)
    assert cut_off > 4
    found = mailings.get(held.store, mailing.id)
    assert planned_marks(held.store, found) == [mark(4), *sorted(mark(one) for one in range(1, 10) if one != 4)]
    assert (found.state, found.total, found.team) == (MailingState.READY, 9, 1)


def _engine(held: Owned) -> Engine:
    with held.writing() as connection:
        return connection.engine


def test_planning_what_is_planned_changes_nothing(held: Owned) -> None:
    """A second start finds the mailing ready, or sending, and leaves its rows alone."""
    add_readers(held.store, 0)
    mailing = sending(held)
    begin(held, mailing, 1)
    before = rows(held.store, mailing)
    add_readers(held.store, 1)
    assert planning.plan(held, mailing.id, at(1)) == mailings.get(held.store, mailing.id)
    assert rows(held.store, mailing) == before


@pytest.mark.usefixtures("small")
def test_who_confirmed_since_the_plan_is_added_at_the_end(held: Owned) -> None:
    """Topping up adds each new reader once, behind all others, and the count follows; a second time adds nobody."""
    add_readers(held.store, *range(0, 8, 2))
    mailing = planning.plan(held, made(held.store).id, at(-60))
    before = planned_marks(held.store, mailing)
    add_readers(held.store, *range(1, 8, 2))
    add_readers(held.store, 8, state=SubscriberState.UNCONFIRMED)
    assert planning.top_up(held, mailing.id, at()) == 4
    assert planned_marks(held.store, mailing) == [*before, *sorted(map(mark, range(1, 8, 2)))]
    assert mailings.get(held.store, mailing.id).total == 8
    assert planning.top_up(held, mailing.id, at()) == 0
    assert receipts.receipt(held.store, mailing.id).balanced


def test_nobody_is_added_once_a_mail_was_begun(held: Owned) -> None:
    """After the first intent the audience is what it is; before it, a mailing that is planning is not topped up."""
    add_readers(held.store, 0)
    mailing = made(held.store)
    assert planning.top_up(held, mailing.id, at()) == 0
    planning.plan(held, mailing.id, at())
    mailings.move(held.store, mailing.id, MailingState.SENDING, expect=(MailingState.READY,), now=at())
    begin(held, mailing, 1)
    add_readers(held.store, 1)
    assert planning.top_up(held, mailing.id, at()) == 0
    assert len(rows(held.store, mailing)) == 1


@pytest.mark.usefixtures("small")
def test_a_mailing_cancelled_while_it_is_planned_is_not_planned_further(held: Owned) -> None:
    """Planning stops at the next batch, with the rows counted that are there."""
    add_readers(held.store, *range(10))
    mailing = made(held.store)
    engine, seen = _engine(held), []

    def cancel(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO deliveries"):
            seen.append(statement)
            connection.execute(update(schema.mailings).values(state=MailingState.CANCELLED.value))

    event.listen(engine, "before_cursor_execute", cancel)
    planned = planning.plan(held, mailing.id, at())
    event.remove(engine, "before_cursor_execute", cancel)
    assert len(seen) == 1
    assert (planned.state, planned.total) == (MailingState.CANCELLED, 3)
    assert receipts.cancel_open(held, mailing.id, at(1)) == 3
    assert receipts.receipt(held.store, mailing.id).closed


def test_a_name_that_no_database_takes_is_planned_as_it_is(held: Owned) -> None:
    """Names are copied from table to table as they are kept, NUL and lone surrogates included."""
    add_readers(held.store, 0)
    odd = "\x01 A\x00da \udcff, Ødegård"
    with held.store.writing() as connection:
        connection.execute(update(schema.subscribers).values(name=odd))
    mailing = planning.plan(held, made(held.store).id, at())
    assert rows(held.store, mailing)[1].name == odd
