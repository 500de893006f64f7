"""Mailings that are held back, against real servers that count, meter and refuse: all is sent, and none too fast."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from newsletter.deliver import ledger
from newsletter.deliver.aside import ROOM
from newsletter.deliver.crew import Crew
from newsletter.deliver.lines import Lines
from newsletter.deliver.pacing import Pacing
from newsletter.deliver.progress import Progress
from newsletter.deliver.rows import PAGE, Rows
from newsletter.model.mailing import DeliveryState, Intent, Mailing, MailingState, Pause
from newsletter.model.rates import Rates
from newsletter.model.subscriber import Mark, SubscriberState
from newsletter.store import days, mailings, schema
from newsletter.store import ledger as book
from newsletter.store.engine import Store
from newsletter.store.owning import Owned
from tests.delivering import Clock, resumed, smtp, sums, work_of
from tests.mailing import DUE, add_readers, at, begin, leave, opened, owned, rows, sending
from tests.postgres import KINDS
from tests.smtpserver import Act, Received, SmtpServer, Then, say

S = DeliveryState
SLOW = "slow.example.com"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened("sqlite", tmp_path) as made_store:
        yield made_store


@pytest.fixture
def held(store: Store, tmp_path: Path) -> Iterator[Owned]:
    with owned(store, tmp_path) as right:
        yield right


def readers_at(store: Store, domain: str, count: int) -> None:
    """Readers whose addresses are at this domain."""
    row = {"name": None, "state": SubscriberState.CONFIRMED.value, "added": at(-1000)}
    made_rows = [
        row | {"mark": Mark(hashlib.sha256(address.encode()).digest()[:16]), "address": address}
        for address in (f"reader{number}@{domain}" for number in range(count))
    ]
    with store.writing() as connection:
        connection.execute(insert(schema.subscribers), made_rows)


class Seen:
    """When which message came, by the clock of the test."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self.moments = clock, list[tuple[datetime, str]]()

    def __call__(self, message: Received) -> None:
        self.moments.append((self._clock.now, message.recipients[0].rpartition("@")[2]))

    def most_in_a_second(self, domain: str | None = None) -> int:
        """The most that came within any second."""
        found = sorted(when for when, there in self.moments if domain in (None, there))
        second = timedelta(seconds=1)
        return max(sum(one <= other < one + second for other in found) for one in found)


def run(
    held: Owned,
    mailing: Mailing,
    server: SmtpServer,
    rates: Rates,
    clock: Clock | None = None,
    *,
    lanes: int = 3,
    stop: threading.Event | None = None,
) -> MailingState:
    """One run to its end, by a clock that runs ahead to what the mailing waits for."""
    clock = clock or Clock()
    return ledger.run(
        held,
        mailing,
        replace(work_of(mailing.id, smtp(server.port), lanes=lanes), rates=rates),
        clock=clock,
        jitter=lambda: 0.0,
        watch=clock.watch,
        stop=stop or threading.Event(),
        patience=0.002,
    )


# Limits


def by_a_real_clock(held: Owned, count: int, per_second: float) -> tuple[list[float], int]:
    """When each of so many messages came at the server, in seconds, and how often the clock was looked at."""
    add_readers(held.store, *range(count))
    mailing, moments, looks = sending(held), list[float](), 0

    def clock() -> datetime:
        nonlocal looks
        looks += 1
        return datetime.now(UTC)

    mailings.extend(held.store, mailing.id, datetime.now(UTC) + timedelta(hours=1))
    with SmtpServer(on_message=lambda _: moments.append(time.monotonic())) as server:
        work = replace(work_of(mailing.id, smtp(server.port), lanes=2), rates=Rates(per_second=per_second))
        stop = threading.Event()
        ended = ledger.run(held, mailing, work, clock=clock, jitter=lambda: 0.0, watch=lambda _: None, stop=stop)
        assert server.connections <= 2
    assert ended is MailingState.SENT
    assert sums(held.store, mailing) == {S.ACCEPTED: count}
    return moments, looks


def test_a_limit_is_kept_by_a_real_clock(held: Owned) -> None:
    """No second at the server sees more than a tenth over it.

    The pace lets 1.05 times the rate go, and one; what was on its way before the second is at most two messages a
    connection.
    """
    moments, _ = by_a_real_clock(held, 150, per_second=100)
    assert max(sum(one <= other < one + 1 for other in moments) for one in moments) <= 1.1 * 100 + 1


def test_whoever_waits_for_a_turn_sleeps(held: Owned) -> None:
    """And does not look at the clock again and again."""
    _, looks = by_a_real_clock(held, 6, per_second=5)
    assert looks <= 100


def test_nobody_waits_for_a_domain_that_is_limited(held: Owned) -> None:
    """The others are through before; those of the domain come in their order, and never faster than it says."""
    add_readers(held.store, *range(60))
    readers_at(held.store, SLOW, 20)
    mailing, clock = sending(held), Clock()
    seen = Seen(clock)
    with SmtpServer(on_message=seen) as server:
        assert run(held, mailing, server, Rates(domains={SLOW.upper(): 2}), clock) is MailingState.SENT
    assert Counter(domain for _, domain in seen.moments) == {"example.org": 60, SLOW: 20}
    assert seen.most_in_a_second(SLOW) <= 3
    assert max(when for when, domain in seen.moments if domain == "example.org") < DUE + timedelta(seconds=1)
    assert clock.now - DUE == pytest.approx(timedelta(seconds=9.5), abs=timedelta(seconds=0.2))
    assert mailings.get(held.store, mailing.id).pace == f"2 a second to {SLOW}, as schedule.yaml says"


def test_a_connection_is_kept_for_its_turn(held: Owned) -> None:
    """One connection for all of them, though two seconds are between two messages."""
    add_readers(held.store, *range(6))
    mailing = sending(held)
    with SmtpServer() as server:
        run(held, mailing, server, Rates(per_second=0.5))
        assert server.connections == 1


def test_a_limit_below_one_in_five_seconds_opens_a_connection_each_time(held: Owned) -> None:
    """And says QUIT in between."""
    add_readers(held.store, *range(3))
    mailing = sending(held)
    with SmtpServer() as server:
        assert run(held, mailing, server, Rates(per_second=0.1)) is MailingState.SENT
        assert server.connections == 3
        assert server.verbs(1)[-1] == "QUIT"


def test_a_clock_set_back_lets_a_limited_mailing_go_on(held: Owned) -> None:
    """At its rate, and nobody waits for the hour to pass again."""
    add_readers(held.store, *range(20))
    readers_at(held.store, SLOW, 10)
    mailing, clock = sending(held), Clock()
    seen = Seen(clock)

    def back(message: Received) -> None:
        seen(message)
        if len(seen.moments) == 10:
            clock.forward(hours=-1)

    with SmtpServer(on_message=back) as server:
        rates = Rates(per_second=10, domains={SLOW: 2})
        assert run(held, mailing, server, rates, clock) is MailingState.SENT
    assert len(seen.moments) == 30
    assert clock.now < DUE - timedelta(minutes=59)


# Servers that meter


class Metered(SmtpServer):
    """Takes so many envelopes a second, by the clock of the test, and says 421 at one point to all others."""

    def __init__(self, clock: Clock, most: int, point: str, words: str = "421 4.7.0 too many messages") -> None:
        super().__init__()
        self._clock, self._most, self._point, self._words = clock, most, point, words
        self._taken: Counter[datetime] = Counter()
        self._counting = threading.Lock()
        self.turned_away: list[datetime] = []

    def chosen(self, point: str, to: str | None, connection: int) -> Act:
        if point != self._point:
            return super().chosen(point, to, connection)
        with self._counting:
            second = self._clock.now.replace(microsecond=0)
            self._taken[second] += 1
            if self._taken[second] <= self._most:
                return super().chosen(point, to, connection)
            self.turned_away.append(self._clock.now)
        return say(self._words, then=Then.HANG_UP)


@pytest.mark.parametrize("point", ["MAIL", "RCPT", "DOT"])
def test_a_server_that_takes_so_many_a_second_gets_all_of_them(held: Owned, point: str) -> None:
    """Without any rate in schedule.yaml: 421 halves what is sent until it is no more than the server takes, and from
    then on hardly anything is turned away."""
    add_readers(held.store, *range(150))
    mailing, clock = sending(held), Clock(tick=timedelta(milliseconds=1))
    with Metered(clock, 10, point) as server:
        assert run(held, mailing, server, Rates(), clock) is MailingState.SENT
        assert sums(held.store, mailing) == {S.ACCEPTED: 150}
        assert max(Counter(one.recipients[0] for one in server.messages).values()) == 1
        settled = [when for when in server.turned_away if when > DUE + timedelta(seconds=8)]
        assert len(settled) <= 0.1 * 150
    assert any("asked for patience (421 4.7.0 too many messages" in (one.pace or "") for one in clock.seen)


def test_a_server_that_is_given_what_it_takes_turns_nobody_away(held: Owned) -> None:
    """The rate of schedule.yaml is the rate of the server."""
    add_readers(held.store, *range(100))
    mailing, clock = sending(held), Clock()
    with Metered(clock, 22, "MAIL") as server:
        assert run(held, mailing, server, Rates(per_second=20), clock) is MailingState.SENT
        assert server.turned_away == []
        assert len(server.messages) == 100
    assert clock.now - DUE == pytest.approx(timedelta(seconds=5), abs=timedelta(seconds=0.3))
    assert {one.pace for one in clock.seen} == {"20 a second, as schedule.yaml says"}


def test_rows_that_wait_are_bounded_in_memory(held: Owned) -> None:
    """Once five thousand wait for their domain nothing more is read, until some have gone."""
    readers_at(held.store, SLOW, 6_500)
    readers_at(held.store, "example.org", 200)
    mailing = sending(held)
    reading = Rows(held.store)
    with Lines(Crew(work_of(mailing.id, smtp(1), lanes=1), None)) as lines:
        pacing = Pacing(held.store, mailing, Rates(domains={SLOW: 1}), reading, lines, 0)
        gone, most = list[str](), 0
        for second in range(600):
            now = DUE + timedelta(seconds=second)
            while True:
                if not pacing.full:
                    reading.fill(mailing, False, now)
                pacing.opens = None
                if row := pacing.take(now):
                    pacing.begun(row, now)
                    reading.close(row)
                    gone.append(row.domain)
                elif pacing.opens is None or pacing.opens > now:
                    break
            assert reading.count <= ROOM + PAGE
            most = max(most, reading.count)
    assert most > ROOM
    assert gone.count(SLOW) == 600
    assert 150 < gone.count("example.org") < 200


# Warm-up


def test_a_warm_up_lets_so_many_leave_a_day(held: Owned) -> None:
    """Three on the first day on which anything is sent, five on the second, then all others, each day from midnight."""
    add_readers(held.store, *range(30))
    mailing, clock = sending(held), Clock()
    mailings.extend(held.store, mailing.id, at(60 * 24 * 5))
    seen = Seen(clock)
    with SmtpServer(on_message=seen) as server:
        assert run(held, mailing, server, Rates(warm_up=(3, 5)), clock) is MailingState.SENT
    assert Counter(when.date() for when, _ in seen.moments) == {
        date(2026, 11, 27): 3,
        date(2026, 11, 28): 5,
        date(2026, 11, 29): 22,
    }
    midnight = datetime(2026, 11, 28, tzinfo=UTC)
    waiting = [one for one in clock.seen if one.waits_until == midnight]
    assert waiting
    assert all(one.paced for one in waiting)
    assert waiting[0].pace == "day 1 of the warm-up: 3 of 3 have left; goes on at 2026-11-28 00:00 UTC"
    assert days.standing(held.store, date(2026, 11, 29)) == days.Standing(3, 22)
    assert days.standing(held.store, date(2026, 12, 4)) == days.Standing(4, 0)


def test_a_warm_up_counts_what_other_runs_have_handed_over(held: Owned) -> None:
    """A second run on the same day goes on where the first one was stopped."""
    add_readers(held.store, *range(10))
    mailing, stop = sending(held), threading.Event()
    with SmtpServer(on_message=lambda _: stop.set()) as server:
        run(held, mailing, server, Rates(warm_up=(6,)), lanes=1, stop=stop)
        first = len(server.messages)
    clock = Clock(ahead=timedelta(hours=1))
    stop = threading.Event()
    clock.then = lambda progress: stop.set() if progress.waits_until else None
    with SmtpServer() as server:
        assert run(held, mailing, server, Rates(warm_up=(6,)), clock, stop=stop) is MailingState.SENDING
        assert 1 <= first < 6
        assert first + len(server.messages) == 6


@pytest.mark.parametrize("kind", KINDS)
def test_days_count_each_intent_once(kind: str, tmp_path: Path) -> None:
    """On both databases, in the transaction of the intents: a commit that is repeated counts nothing again, nor does a
    reader who had left."""
    with opened(kind, tmp_path) as store, owned(store, tmp_path) as held:
        add_readers(store, *range(1, 8))
        mailing = sending(held)
        leave(store, 1)
        assert len(begin(held, mailing, *range(1, 8))) == 6
        intents = [Intent(seq, 0, mailing.digest) for seq in range(1, 8)]
        book.commit(held, mailing.id, (), intents, DUE)
        assert days.standing(store, DUE.date()) == days.Standing(1, 6)
        assert days.standing(store, DUE.date() + timedelta(days=1)) == days.Standing(2, 0)


# Refusals


def test_a_mailing_that_most_servers_refuse_pauses_until_somebody_has_looked(held: Owned) -> None:
    """With the last words and the way on; nobody is suppressed. Whoever resumes is asked again only when as many have
    been refused once more."""
    add_readers(held.store, *range(480))
    mailing = sending(held)
    with SmtpServer() as server:
        server.at("RCPT", say("550 5.7.515 access denied"))
        assert run(held, mailing, server, Rates(), lanes=4) is MailingState.PAUSED
        paused = mailings.get(held.store, mailing.id)
        assert paused.pause is Pause.PROVIDER
        assert paused.words == (
            "200 of the last 200 copies were refused, the last with 550 5.7.515 access denied (at RCPT);"
            f" `newsletter receipt {mailing.issue} --show refused` shows them; mend what is wrong, then resume"
        )
        refused = sums(held.store, mailing)[S.REFUSED]
        assert 200 <= refused <= 204
        assert run(held, resumed(held.store, mailing), server, Rates(), lanes=4) is MailingState.PAUSED
        assert 2 * refused < sums(held.store, mailing)[S.REFUSED] <= 2 * refused + 5
        server.usual_again()
        assert run(held, resumed(held.store, mailing), server, Rates(), lanes=4) is MailingState.SENT
    assert sums(held.store, mailing)[S.ACCEPTED] + sums(held.store, mailing)[S.REFUSED] == 480


def test_a_few_refusals_stop_nothing(held: Owned) -> None:
    """One in ten."""
    add_readers(held.store, *range(300))
    mailing = sending(held)
    with SmtpServer() as server:
        for number in range(0, 300, 10):
            server.at("RCPT", say("550 5.7.1 not you"), to=f"reader{number}@example.org")
        assert run(held, mailing, server, Rates()) is MailingState.SENT
    assert sums(held.store, mailing) == {S.ACCEPTED: 270, S.REFUSED: 30}


# What is kept


def test_what_held_a_mailing_back_is_kept_with_it_and_begins_anew(held: Owned) -> None:
    """As of its last seconds; the next run forgets it where nothing holds it back any more."""
    add_readers(held.store, *range(30))
    mailing = sending(held)
    clock = Clock()
    stop = threading.Event()

    def look(progress: Progress) -> None:
        if progress.of(S.ACCEPTED) >= 15:
            stop.set()

    clock.then = look
    with SmtpServer() as server:
        run(held, mailing, server, Rates(per_second=2), clock, stop=stop)
        left = mailings.get(held.store, mailing.id)
        assert left.pace == "2 a second, as schedule.yaml says"
        assert run(held, left, server, Rates()) is MailingState.SENT
    assert mailings.get(held.store, mailing.id).pace is None
    assert {row.address for row in rows(held.store, mailing).values() if row.state is S.ACCEPTED} == {
        f"reader{number}@example.org" for number in range(30)
    }
