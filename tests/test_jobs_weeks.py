"""Two years of weeks in simulated time: machines that are off, processes that die, starts that come twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest

from newsletter.actions.app import App
from newsletter.actions.jobs import JobContext
from newsletter.model.issue import IssueId
from newsletter.model.job import Job, Occasion, Outcome, RunState
from newsletter.publication import calendar
from newsletter.publication.folder import Folder
from newsletter.publication.schedule import Schedule
from newsletter.publication.schedule import read as read_schedule
from newsletter.store.errors import AlreadyHeld
from tests.conftest import SOAK
from tests.jobs import JobClock, Timed
from tests.postgres import fresh_database

WEEKS = 104
SEEDS = range(20) if SOAK else range(1)
GRACE = timedelta(minutes=10)
BEGINS = datetime(2026, 11, 23, 12, tzinfo=UTC)
_A_MINUTE, _A_SECOND = timedelta(minutes=1), timedelta(seconds=1)


class Killed(BaseException):
    """Ends a process where it stands, as far as that can be done within one."""


@dataclass
class Post:
    """Issues that leave: each at the first moment it is due and approved while somebody tries, and once. It stands for
    the ledger, which is tested elsewhere: what is noted here is noted before its process can die."""

    approved: dict[str, datetime]
    dice: Random
    again: Callable[[], None]  # a second start, while the first is at work
    left: list[tuple[str, datetime]] = field(default_factory=list)

    def of(self, _job: Job) -> Callable[[App, Occasion, JobContext], Outcome]:
        return self.do

    def do(self, app: App, occasion: Occasion, context: JobContext) -> Outcome:
        """Ahead it waits; not approved it comes back each minute; too late it is missed; anywhere it may die."""
        self.again()
        while app.clock() < occasion.due:
            self._die(0.02)
            context.wait(min((occasion.due - app.clock()).total_seconds(), 30))
        if occasion.key in [key for key, _ in self.left]:
            return Outcome(state=RunState.DONE, words="it has left already")
        now = app.clock()
        if occasion.until is not None and now >= occasion.until:
            return Outcome(state=RunState.MISSED, words="too late")
        self._die(0.1)
        if self.approved[occasion.key] > now:
            return Outcome(state=RunState.WAITING, words="nobody has approved it", next_try=now + _A_MINUTE)
        self.left.append((occasion.key, now))
        self._die(0.2)
        return Outcome(state=RunState.DONE, words="it has left")

    def _die(self, chance: float) -> None:
        if self.dice.random() < chance:
            raise Killed


@dataclass
class World:
    """A publication's two years: when its machine is off, and when each issue is approved."""

    timed: Timed
    post: Post
    schedule: Schedule
    off: list[tuple[datetime, datetime]]
    issues: dict[str, datetime]  # name: due

    def live(self) -> None:
        """Lives through all of it, as the clock's process does: started when it is due, at once after a death."""
        clock = self.timed.clock
        clock.then = self._goes_off
        ends = max(self.issues.values()) + timedelta(days=2)
        while clock.now < ends:
            clock.now = max([clock.now, *(end for begin, end in self.off if begin <= clock.now < end)])
            with suppress(Killed):
                self.timed.run(Job.SEND)
                moment = self.timed.next(Job.SEND)
                assert moment is None or moment > clock.now, "it would be started again and again"
                clock.now = min(moment or ends, ends)
                continue
            clock.now += _A_SECOND  # until somebody has started it again

    def _goes_off(self, now: datetime) -> None:
        """The machine goes off under a process that waits."""
        if any(begin <= now < end for begin, end in self.off):
            raise Killed

    def up(self, begin: datetime, end: datetime) -> datetime | None:
        """The first moment of a span at which the machine is on; None where it is off for all of it."""
        moment = begin
        for off, on in self.off:
            if off <= moment < on:
                moment = on
        return moment if moment < end else None


def world(app: App, zone: str, seed: int) -> World:
    """Weekly issues for two years, with what happens to them thrown by dice."""
    dice = Random(seed)
    path = app.root / "schedule.yaml"
    text = path.read_text("utf-8").replace('"08:00", zone: America/New_York', f'"08:00", zone: {zone}').rstrip()
    path.write_text(f"{text}\nsending:\n  grace_minutes: {GRACE // _A_MINUTE}\n", "utf-8")
    schedule, _, mistakes = read_schedule(Folder(app.root))
    assert schedule, mistakes
    issues, day = {}, BEGINS.date()
    for _week in range(WEEKS):
        issue = calendar.next_weekly(schedule.calendar, day)
        issues[str(issue)], day = calendar.week(schedule.calendar, issue).due, issue.date
    clock = JobClock(BEGINS)
    timed = Timed(replace(app, clock=clock), clock)
    timed.run(Job.BOUNCES)  # the program has run here before anything was due

    def again() -> None:
        if dice.random() < 0.8:
            return
        with pytest.raises(AlreadyHeld):
            timed.run(Job.SEND)

    post = Post({name: _approval(dice, due) for name, due in issues.items()}, dice, again)
    off = sorted(_off(dice, due) for due in issues.values() if dice.random() < 0.3)
    return World(replace(timed, bodies=post.of), post, schedule, off, issues)


def _approval(dice: Random, due: datetime) -> datetime:
    """In time mostly; within the grace, or too late."""
    minutes = dice.choice([-900, -900, -900, -900, -900, -900, -4, -1, 0, 4, 9, 9_000])
    return due + timedelta(minutes=minutes)


def _off(dice: Random, due: datetime) -> tuple[datetime, datetime]:
    """A time without the machine, around the moment an issue is due or far from it."""
    begin = due + timedelta(minutes=dice.choice([-30_000, -600, -20, -3, -1, 0, 1, 5, 90]))
    return begin, begin + timedelta(minutes=dice.choice([1, 3, 5, 9, 11, 45, 600, 15_000]))


@pytest.fixture
def home(app: App) -> Iterator[App]:
    with fresh_database("sqlite", app.root):
        yield app


@pytest.mark.soak
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Hong_Kong"])
def test_in_two_years_every_issue_goes_out_once_or_is_told_as_missed(home: App, zone: str, seed: int) -> None:
    """On the second it was due where it was approved and the machine was on; late within the grace; else never."""
    lived = world(home, zone, seed)
    lived.live()
    left = dict(lived.post.left)
    assert max(Counter(key for key, _ in lived.post.left).values()) == 1
    kept = {run.key: run for run in lived.timed.kept(Job.SEND)}
    fates: Counter[str] = Counter()
    for name, due in lived.issues.items():
        ready = max(due, lived.post.approved[name])
        first, tried = lived.up(ready, due + GRACE), lived.up(due, due + GRACE)
        if name in left:
            assert first is not None, f"{name} left, and could not"
            assert kept[name].state is RunState.DONE
            assert first <= left[name] <= first + _A_MINUTE + timedelta(seconds=10)
            on_time = lived.post.approved[name] <= due and tried == due
            assert not on_time or left[name] - due <= timedelta(seconds=10)
            fates["on the second" if left[name] == due else "late"] += 1
        else:
            assert kept[name].state is RunState.MISSED
            assert first is None or due + GRACE - first <= 2 * _A_MINUTE, f"{name} could have left"
            fates["missed"] += 1
    assert len(kept) == WEEKS
    assert {"on the second", "late", "missed"} == set(fates)
    hours = {moment.astimezone(ZoneInfo(zone)).strftime("%a %H:%M") for moment in lived.issues.values()}
    assert hours == {"Fri 08:00"}
    offsets = {moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in lived.issues.values()}
    assert len(offsets) == (2 if zone == "America/New_York" else 1)


def test_the_two_years_hold_changes_of_the_clocks(home: App) -> None:
    """Else the test above would say nothing about them."""
    found = world(home, "America/New_York", 0)
    zone = ZoneInfo("America/New_York")
    offsets = [due.astimezone(zone).utcoffset() for due in found.issues.values()]
    assert sum(one != other for one, other in pairwise(offsets)) == 4
    assert IssueId(date(2026, 12, 25)) not in [IssueId.parse(name) for name in found.issues]
