"""Jobs for the tests: a clock that only waiting moves, and runs of a job as the clock or a person starts them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from newsletter.actions.app import App
from newsletter.actions.jobs import Do, body
from newsletter.actions.run_job import CLOCK, next_wake, run_job
from newsletter.model.job import Job, Run, RunState
from newsletter.store import runs
from newsletter.store.engine import open_store
from tests.sending import due_of


@dataclass(slots=True)
class JobClock:
    """Stands still but for `wait`, which passes time at once, and for `step`, which passes with each look."""

    now: datetime
    step: timedelta = timedelta(0)
    waits: list[float] = field(default_factory=list)
    then: Callable[[datetime], None] = lambda _now: None  # what else happens while somebody waits

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)
        self.then(self.now)


@dataclass(frozen=True, slots=True)
class Timed:
    """An installation whose clock a test moves."""

    app: App
    clock: JobClock
    bodies: Callable[[Job], Do] = body

    def run(self, job: Job, *, by_hand: bool = False, stop: threading.Event | None = None) -> tuple[Run, ...]:
        """What the clock's process does when it is started now; or a person's."""
        who = "mei" if by_hand else CLOCK
        wait, bodies = self.clock.wait, self.bodies
        return run_job(self.app, job, who=who, login="tests", by_hand=by_hand, stop=stop, wait=wait, bodies=bodies)

    def next(self, job: Job) -> datetime | None:
        """When the clock would start it."""
        return next_wake(self.app, job)

    def follow(self, job: Job, until: datetime) -> list[Run]:
        """Starts it whenever the clock would, up to a moment, and comes back at that moment."""
        done: list[Run] = []
        while (moment := self.next(job)) is not None and moment <= until:
            self.clock.now = max(self.clock.now, moment)
            done += self.run(job)
        self.clock.now = max(self.clock.now, until)
        return done

    def kept(self, job: Job) -> tuple[Run, ...]:
        """The runs of a job as the database has them, the first due in front."""
        with open_store(self.app.database) as store:
            return runs.since(store, datetime(2000, 1, 1, tzinfo=UTC), job)


def timed(app: App, moment: datetime | None = None) -> Timed:
    """The installation, its clock at a moment; without one 10 minutes before the coming issue is due."""
    clock = JobClock(moment or due_of(app) - timedelta(minutes=10))
    return Timed(replace(app, clock=clock), clock)


def states(done: tuple[Run, ...] | list[Run]) -> list[RunState]:
    """What became of each."""
    return [run.state for run in done]
