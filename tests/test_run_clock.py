"""The clock of `newsletter run`: when a job is looked at, who may keep time, and by which schedule."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from newsletter.actions.app import App
from newsletter.model.errors import NewsletterError
from newsletter.model.job import Job
from newsletter.schedule.beat import Beat
from newsletter.schedule.clock import Clock
from newsletter.schedule.current import Current
from newsletter.schedule.jumps import Jumps
from newsletter.schedule.jumps import in_words as jump_in_words
from newsletter.schedule.triggers import LOOK_EVERY, WhenDue
from newsletter.store.engine import Store, open_store
from newsletter.store.errors import AlreadyHeld
from newsletter.store.holding import Holding
from newsletter.store.locks import hold
from tests.postgres import KINDS, fresh_database
from tests.running import until

NOW = datetime(2026, 11, 27, 12, 57, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wake", "fires"),
    [
        (NOW + timedelta(seconds=3), NOW + timedelta(seconds=3)),
        (NOW + timedelta(hours=3), NOW + LOOK_EVERY),
        (NOW - timedelta(days=3), NOW + LOOK_EVERY),
        (NOW, NOW + LOOK_EVERY),
        (None, NOW + LOOK_EVERY),
    ],
)
def test_a_job_is_looked_at_when_it_is_due_and_twice_a_minute(wake: datetime | None, fires: datetime) -> None:
    """At its very moment, whatever fired before; never later than half a minute from now, so that a change is noticed,
    and never in a row without end for what was missed."""
    for previous in (None, NOW - timedelta(days=30), NOW):
        assert WhenDue(lambda: wake).get_next_fire_time(previous, NOW) == fires


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_the_next_look_is_always_ahead_and_never_far(wake: datetime, now: datetime) -> None:
    """Whatever the two clocks say."""
    if now <= datetime.max.replace(tzinfo=UTC) - LOOK_EVERY:
        assert now < WhenDue(lambda: wake).get_next_fire_time(None, now) <= now + LOOK_EVERY


class Rota:
    """What a clock works with: when jobs are due, and which it has begun."""

    def __init__(self) -> None:
        self.wakes: dict[Job, datetime | None] = {}
        self.begun: list[tuple[Job, datetime]] = []
        self.asked = 0
        self.beats = 0
        self.trouble: Exception | None = None

    def ask(self, jobs: tuple[Job, ...]) -> Mapping[Job, datetime | None]:
        self.asked += 1
        if self.trouble:
            raise self.trouble
        return {job: self.wakes.get(job) for job in jobs}

    def start(self, job: Job) -> None:
        self.begun.append((job, datetime.now(UTC)))
        self.wakes[job] = None

    def beat(self) -> None:
        self.beats += 1

    def busy(self, job: Job) -> bool:
        return any(one is job for one, _ in self.begun)


@pytest.fixture
def rota() -> Rota:
    return Rota()


@pytest.fixture
def clock(rota: Rota) -> Iterator[Clock]:
    clock = Clock(rota.ask, rota.busy, rota.start, rota.beat)
    yield clock
    clock.end()


def test_a_job_is_begun_when_it_is_due_and_not_before(rota: Rota, clock: Clock) -> None:
    """One in the past at once, one in a moment then, one of next week not at all; and the first beat is at once."""
    soon = datetime.now(UTC) + timedelta(seconds=0.5)
    rota.wakes = {Job.GATHER: LONG_AGO, Job.SEND: soon, Job.TIDY: soon + timedelta(days=7)}
    clock.begin()
    until(lambda: len(rota.begun) == 2)
    (first, _), (second, at) = rota.begun
    assert (first, second) == (Job.GATHER, Job.SEND)
    assert at >= soon
    assert until(lambda: rota.beats) == 1


def test_what_has_changed_is_asked_for_at_once(rota: Rota, clock: Clock) -> None:
    """`look_now` after a new schedule, `reckon_anew` after a clock that was put forward or back."""
    clock.begin()
    until(lambda: rota.asked)
    rota.wakes = {Job.SEND: LONG_AGO}
    clock.look_now()
    until(lambda: rota.begun)
    asked, beats = rota.asked, rota.beats
    clock.reckon_anew()
    until(lambda: rota.asked > asked and rota.beats > beats)


def test_what_was_known_stands_while_it_cannot_be_asked(
    rota: Rota, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """A database that does not answer, or a fault of ours, is told once, and its end; what was due already is begun."""
    rota.wakes = {Job.SEND: datetime.now(UTC) + timedelta(seconds=1)}
    clock.begin()
    until(lambda: rota.asked)
    for trouble in (NewsletterError("the database is away"), RuntimeError("broken")):
        rota.trouble = trouble
        for _ in range(2):
            asked = rota.asked
            clock.look_now()
            until(lambda asked=asked: rota.asked > asked)  # type: ignore[misc]  # mypy sees no default here
        until(lambda: clock.trouble)
    until(lambda: rota.begun)
    rota.trouble = None
    clock.look_now()
    until(lambda: clock.trouble is None)
    told = [record.getMessage() for record in caplog.records if record.name.startswith("newsletter")]
    assert told.count("it cannot be told what is due: the database is away") == 1


@pytest.mark.parametrize(
    ("wall", "seconds", "jump"),
    [
        (10, 10.0, None),
        (11, 10.0, None),
        (3_610, 10.0, 3_600),
        (-3_590, 10.0, -3_600),
        (86_410, 10.0, 86_400),
    ],
)
def test_a_clock_that_jumps_is_noticed(wall: int, seconds: float, jump: int | None) -> None:
    """Put forward or back, or asleep; one that is a little fast is not told."""
    jumps = Jumps(NOW, 100.0)
    found = jumps.look(NOW + timedelta(seconds=wall), 100.0 + seconds)
    assert found == (None if jump is None else timedelta(seconds=jump))
    assert jumps.look(NOW + timedelta(seconds=wall + 1), 101.0 + seconds) is None


def test_a_jump_is_told_in_words() -> None:
    """Forward may have been sleep; back cannot."""
    assert jump_in_words(timedelta(hours=1)) == "forward by 1:00:00, or the machine slept"
    assert jump_in_words(timedelta(minutes=-2)) == "back by 0:02:00"


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with fresh_database(request.param, tmp_path) as address, open_store(address) as store:
        yield store


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Store]:
    with fresh_database("postgresql", tmp_path) as address, open_store(address) as store:
        yield store


def test_one_clock_at_a_time(store: Store, tmp_path: Path) -> None:
    """The second is told by whom it is held; it is free when the first lets go."""
    with Holding(store, "clock", tmp_path) as ours:
        assert not ours.lives()
        ours.again(NOW)
        ours.again(NOW)
        assert ours.lives()
        theirs = Holding(store, "clock", tmp_path)
        with pytest.raises(AlreadyHeld, match=rf"clock is running already, by process {os.getpid()} since 2026-11-27"):
            theirs.again(NOW)
        with pytest.raises(AlreadyHeld):
            hold(store, "clock", tmp_path, NOW).__enter__()
    theirs.again(NOW)
    theirs.close()
    theirs.close()


def ends_sessions(store: Store) -> None:
    """What a server does that is started again, or a firewall that forgets: all sessions but this one are lost."""
    with store.session() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid()"
            )
        )
        until(
            lambda: (
                connection.scalar(
                    text(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                        " AND backend_type = 'client backend'"
                    )
                )
                == 1
            )
        )


def beat_with(app: App, holding: Holding, rests: list[bool]) -> Beat:
    return Beat(app, holding, rests.append)


def test_a_lock_that_was_lost_with_its_session_is_taken_again(
    server: Store, app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Meanwhile nothing is begun. Where another clock has it by then, ours has come to its end, and knows who it is."""
    rests: list[bool] = []
    with Holding(server, "clock", tmp_path) as holding:
        holding.again(NOW)
        beat = beat_with(app, holding, rests)
        beat()
        assert (beat.holds, rests) == (True, [])
        ends_sessions(server)
        beat()
        assert (beat.holds, rests, beat.replaced) == (True, [True, False], None)
        ends_sessions(server)
        with Holding(server, "clock", tmp_path) as other, monkeypatch.context() as patch:
            patch.setattr(os, "getpid", lambda: 4_000_000)  # as if it were another process
            other.again(NOW)
            patch.undo()
            beat()
        assert (beat.holds, rests) == (False, [True, False, True])
        assert beat.replaced
        assert "process 4000000 since 2026-11-27" in beat.replaced


def test_our_own_lost_session_may_hold_the_lock_for_a_while(server: Store, app: App, tmp_path: Path) -> None:
    """Then the next minute tries again: nobody else keeps time."""
    rests: list[bool] = []
    lost = Holding(server, "clock", tmp_path)
    lost.again(NOW)
    with Holding(server, "clock", tmp_path) as holding:
        beat = beat_with(app, holding, rests)
        beat()
        assert (beat.holds, rests, beat.replaced) == (False, [True], None)
        lost.close()
        beat()
        assert (beat.holds, rests) == (True, [True, True, False])


def test_a_schedule_that_changes_is_taken_over_and_a_wrong_one_is_not(
    app: App, caplog: pytest.LogCaptureFixture
) -> None:
    """Told once each; one that is only saved anew is no news, and one that is gone is a mistake."""
    caplog.set_level(logging.INFO)
    path = app.root / "schedule.yaml"
    written = path.read_text("utf-8")
    current = Current(app)
    before = current.schedule

    def save(content: str) -> bool:
        half = path.with_name("half")
        half.write_text(content, "utf-8")
        half.replace(path)
        return current.look()

    assert not current.look()
    assert not save(f"{written}\n# a comment\n")
    assert save(written.replace("name: Focus This Week", "name: Focus", 1))
    assert current.schedule == replace(before, name="Focus")
    assert [save("name: [\n"), current.look(), current.look()] == [False, False, False]
    assert current.mistake
    assert "schedule.yaml:" in current.mistake
    assert current.schedule.name == "Focus"
    path.unlink()
    assert not current.look()
    assert current.mistake
    assert save(written)
    assert current.schedule == before
    assert not current.mistake
    assert [message.partition(";")[0][:40] for message in caplog.messages] == [
        "schedule.yaml has changed",
        "schedule.yaml cannot be taken over, and ",
        "schedule.yaml cannot be taken over, and ",
        "schedule.yaml has changed",
    ]
