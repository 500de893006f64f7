"""Running jobs: each time one is due has one run, whoever starts it, however often, and wherever it is killed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.actions.app import App
from newsletter.actions.jobs import JobContext
from newsletter.actions.list_jobs import list_jobs
from newsletter.actions.run_job import FAULT, lock_of, next_wakes
from newsletter.actions.way_out import read_schedule
from newsletter.model.errors import ConfigError
from newsletter.model.job import Job, Occasion, Outcome, Run, RunState
from newsletter.store import runs
from newsletter.store.engine import Store, open_store
from newsletter.store.errors import AlreadyHeld
from newsletter.store.locks import hold
from tests.approving import COMING
from tests.commands import run as command
from tests.conftest import SOAK
from tests.jobs import Timed, states, timed
from tests.postgres import KINDS, fresh_database
from tests.sending import due_of

DONE, WAITING, MISSED, FAILED = RunState.DONE, RunState.WAITING, RunState.MISSED, RunState.FAILED
MONDAY = datetime(2026, 11, 23, 12, 7, tzinfo=UTC)
TWINS = 1_000


@pytest.fixture
def desk(app: App) -> Iterator[Timed]:
    """The sample publication with an empty database, on a Monday morning."""
    with fresh_database("sqlite", app.root):
        yield timed(app, MONDAY)


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with fresh_database(request.param, tmp_path) as address, open_store(address) as opened:
        yield opened


class Work:
    """A body that does as it is told, one thing after the other, and notes what it was called for."""

    def __init__(self, *does: Callable[[], Outcome]) -> None:
        self._does = list(does)
        self.asked: list[str] = []

    def __call__(self, _job: Job) -> Callable[[App, Occasion, JobContext], Outcome]:
        return self.do

    def do(self, _app: App, occasion: Occasion, _context: JobContext) -> Outcome:
        self.asked.append(occasion.key)
        return self._does.pop(0)() if self._does else Outcome(state=DONE, words="done")


def refuses() -> Outcome:
    raise ConfigError("mailbox", "the mailbox does not answer")


def waits() -> Outcome:
    return Outcome(state=WAITING, words="somebody else has it")


def is_broken() -> Outcome:
    raise ZeroDivisionError


class Killed(BaseException):
    """Ends a run where it stands, as far as that can be done within a process."""


def is_killed() -> Outcome:
    raise Killed


def with_work(desk: Timed, *does: Callable[[], Outcome]) -> tuple[Timed, Work]:
    work = Work(*does)
    return replace(desk, bodies=work), work


# What is due


def test_only_the_newest_of_what_was_missed_is_run(desk: Timed) -> None:
    """Half a day without the program: one round of gathering, not twelve; then one each hour."""
    desk, work = with_work(desk)
    desk.run(Job.GATHER)
    desk.clock.now += timedelta(hours=12)
    assert states(desk.run(Job.GATHER)) == [DONE]
    assert work.asked == ["2026-11-23T12:00Z", "2026-11-24T00:00Z"]
    desk.follow(Job.GATHER, desk.clock.now + timedelta(hours=3))
    assert work.asked[2:] == ["2026-11-24T01:00Z", "2026-11-24T02:00Z", "2026-11-24T03:00Z"]


def test_at_the_first_start_nothing_old_is_run_but_what_its_issue_still_needs(desk: Timed) -> None:
    """A backup of this morning is nobody's; the folder of the open issue is wanted until it is due."""
    desk, work = with_work(desk)
    assert desk.run(Job.BACKUP) == ()
    assert desk.next(Job.BACKUP) == datetime(2026, 11, 24, 9, 40, tzinfo=UTC)
    desk.run(Job.OPEN)
    assert work.asked == [str(COMING)]
    assert desk.kept(Job.SEND) == ()


def test_what_came_to_be_too_late_while_nothing_ran_is_told_as_missed(desk: Timed) -> None:
    """Two reminders of a Tuesday that nobody wants on a Friday; their row says so, and nothing is done."""
    desk, work = with_work(desk)
    desk.run(Job.GATHER)  # it has been running here
    desk.clock.now = due_of(desk.app) - timedelta(minutes=5)
    missed = desk.run(Job.REMIND)
    assert set(states(missed)) == {MISSED}
    assert {run.attempt for run in missed} == {0}
    assert len(missed) == len(work.asked[1:]) + 4
    assert desk.run(Job.REMIND) == ()


def test_a_job_that_is_off_runs_by_hand_only(desk: Timed) -> None:
    """And the clock is told that it never does."""
    desk, work = with_work(desk)
    path = desk.app.root / "schedule.yaml"
    path.write_text(f"{path.read_text('utf-8').rstrip()}\njobs:\n  off: [gather]\n", "utf-8")
    assert desk.run(Job.GATHER) == ()
    assert desk.next(Job.GATHER) is None
    (run,) = desk.run(Job.GATHER, by_hand=True)
    assert (run.state, run.who, run.key) == (DONE, "mei", "by hand 2026-11-23T12:07:00Z")
    assert len(work.asked) == 1


def test_a_clock_that_ran_ahead_and_was_set_back_has_missed_nothing(desk: Timed) -> None:
    """Two months ahead for a minute: the reminders of those weeks were told as missed, and come all the same."""
    desk, work = with_work(desk)
    desk.run(Job.GATHER)
    desk.clock.now += timedelta(days=60)
    assert MISSED in states(desk.run(Job.REMIND))
    desk.run(Job.GATHER)
    desk.clock.now = MONDAY
    before = len(work.asked)
    done = desk.follow(Job.REMIND, due_of(desk.app))
    assert set(states(done)) == {DONE}
    assert len(work.asked) == before + len(done)
    assert states(desk.follow(Job.GATHER, desk.clock.now + timedelta(hours=2)))[-1] is DONE


def test_an_issue_that_is_added_later_has_its_jobs(desk: Timed) -> None:
    """Its deadlines were never due before; those that are past but not too late are run at once."""
    desk, work = with_work(desk)
    desk.run(Job.OPEN)
    path = desk.app.root / "schedule.yaml"
    text = path.read_text("utf-8")
    calendar = "calendar:\n"
    assert calendar in text
    path.write_text(text.replace(calendar, f"{calendar}  extra:\n    - {{date: 2026-11-25, slug: vote}}\n"), "utf-8")
    assert desk.next(Job.OPEN) == desk.clock.now
    desk.run(Job.OPEN)
    assert work.asked[-1] == "2026-11-25-vote"


# What fails


def test_a_failed_attempt_is_repeated_after_1_5_15_and_60_minutes(desk: Timed) -> None:
    """Then the run has failed, and says why."""
    desk, _ = with_work(desk, *[refuses] * 5)
    began = desk.clock.now = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    done = desk.follow(Job.BACKUP, began + timedelta(hours=5))
    assert states(done) == [WAITING] * 4 + [FAILED]
    assert [run.attempt for run in done] == [1, 2, 3, 4, 5]
    minutes = [(run.began - began).total_seconds() / 60 for run in done]
    assert minutes == [0, 1, 6, 21, 81]
    assert done[-1].words == "the mailbox does not answer"
    assert desk.kept(Job.BACKUP) == (done[-1],)


def test_waiting_for_others_is_no_failure(desk: Timed) -> None:
    """Ten looks in vain, and the first that fails is repeated as any first one is."""
    desk, _ = with_work(desk, *[waits] * 10, refuses)
    began = desk.clock.now = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    done = desk.follow(Job.BACKUP, began + timedelta(seconds=10))
    assert [(run.attempt, run.failures) for run in done] == [*((number, 0) for number in range(1, 11)), (11, 1)]
    assert done[-1].next_try == began + timedelta(seconds=10, minutes=1)


def test_what_is_the_same_whenever_it_runs_is_not_repeated_beyond_the_next_time(desk: Timed) -> None:
    """Every quarter of an hour there is a new run; the one before it has failed."""
    desk, work = with_work(desk, *[refuses] * 20)
    desk.follow(Job.BOUNCES, desk.clock.now + timedelta(minutes=30))
    kept = desk.kept(Job.BOUNCES)
    assert len(set(work.asked)) == len(kept)
    assert set(states(kept[:-1])) == {FAILED}
    assert "the next one has taken its place" in kept[0].words


def test_a_failure_is_not_repeated_once_it_would_be_too_late(desk: Timed) -> None:
    """A reminder half a minute before the deadline it speaks of."""
    desk, _ = with_work(desk, refuses)
    desk.run(Job.GATHER)
    deadline = min(one.until for one in _reminders(desk) if one.until)
    desk.clock.now = deadline - timedelta(seconds=30)
    desk.bodies._does = [refuses] * 9  # type: ignore[attr-defined]
    assert FAILED in states(desk.run(Job.REMIND))


def _reminders(desk: Timed) -> tuple[Occasion, ...]:
    from newsletter.publication.timetable import occasions

    return occasions(read_schedule(desk.app), Job.REMIND, MONDAY, due_of(desk.app))


def test_a_fault_of_the_program_fails_the_run_and_stands_in_the_log(
    desk: Timed, caplog: pytest.LogCaptureFixture
) -> None:
    """With its traceback; the next run is not kept from anything."""
    desk, _ = with_work(desk, is_broken)
    (run,) = desk.run(Job.GATHER)
    assert (run.state, run.words) == (FAILED, FAULT)
    assert "ZeroDivisionError" in caplog.text
    assert "job=gather" in caplog.text
    desk.clock.now += timedelta(hours=1)
    assert states(desk.run(Job.GATHER)) == [DONE]


def test_a_failed_run_of_an_issue_is_tried_again_by_hand(desk: Timed) -> None:
    """While it is not too late for it."""
    desk, work = with_work(desk, is_broken)
    assert states(desk.run(Job.OPEN)) == [FAILED]
    assert desk.run(Job.OPEN) == ()
    (run,) = desk.run(Job.OPEN, by_hand=True)
    assert (run.state, run.attempt, run.who) == (DONE, 2, "mei")
    assert work.asked == [str(COMING)] * 2


# Who is killed, and who comes twice


def test_what_a_killed_process_left_is_taken_up_at_once(desk: Timed) -> None:
    """Its row says RUNNING, and its lock is free: the clock is told to start it now."""
    desk, work = with_work(desk, is_killed)
    with pytest.raises(Killed):
        desk.run(Job.GATHER)
    assert states(desk.kept(Job.GATHER)) == [RunState.RUNNING]
    desk.clock.now += timedelta(seconds=20)
    assert desk.next(Job.GATHER) == desk.clock.now
    (run,) = desk.run(Job.GATHER)
    assert (run.state, run.attempt) == (DONE, 2)
    assert work.asked == ["2026-11-23T12:00Z"] * 2


def test_one_that_is_killed_again_and_again_is_started_once_a_minute(desk: Timed) -> None:
    """After five times; the machine has other things to do. Looking in vain before does not count."""
    desk, _ = with_work(desk, *[is_killed] * 5)
    for _time in range(5):
        with pytest.raises(Killed):
            desk.run(Job.OPEN)
    assert desk.run(Job.OPEN) == ()
    assert desk.next(Job.OPEN) == desk.clock.now + timedelta(minutes=1)


def test_a_job_that_runs_is_not_started_a_second_time(desk: Timed) -> None:
    """Whoever comes meanwhile is told who has it, and the clock looks again in a minute."""
    with open_store(desk.app.database) as store, hold(store, lock_of(Job.GATHER), desk.app.root, desk.clock.now):
        with pytest.raises(AlreadyHeld, match="job-gather is running already"):
            desk.run(Job.GATHER)
        running = Run(
            job=Job.GATHER,
            key="2026-11-23T12:00Z",
            due=MONDAY,
            state=RunState.RUNNING,
            attempt=1,
            began=MONDAY,
            words="",
            who="clock",
        )
        assert runs.claim(store, running)
        assert desk.next(Job.GATHER) == desk.clock.now + timedelta(minutes=1)


def test_of_a_thousand_twin_starts_one_has_each_run(store: Store) -> None:
    """Two that come at the same moment, a thousand times: the row decides, not a clock and not a lock."""
    meeting = threading.Barrier(2)
    due = datetime(2026, 11, 27, 13, tzinfo=UTC)

    def claims() -> list[bool]:
        came = []
        for number in range(TWINS):
            one = Run(
                job=Job.SEND,
                key=f"{number}",
                due=due,
                state=RunState.RUNNING,
                attempt=1,
                began=due,
                words="",
                who="clock",
            )
            meeting.wait(60)
            came.append(runs.claim(store, one))
        return came

    with ThreadPoolExecutor(2) as two:
        first, second = (one.result() for one in [two.submit(claims) for _ in range(2)])
    assert all(one != other for one, other in zip(first, second, strict=True))


def test_a_row_that_somebody_else_has_changed_is_not_changed(store: Store) -> None:
    """Neither from another state nor from another attempt."""
    due = datetime(2026, 11, 27, 13, tzinfo=UTC)
    run = Run(
        job=Job.SEND, key="2026-11-27", due=due, state=RunState.RUNNING, attempt=1, began=due, words="", who="clock"
    )
    assert runs.claim(store, run)
    later = replace(run, attempt=2)
    assert not runs.change(store, later, replace(later, state=DONE))
    assert not runs.change(store, replace(run, state=WAITING), replace(run, state=DONE))
    assert runs.change(store, run, later)
    assert runs.find(store, Job.SEND, "2026-11-27") == later


def test_old_runs_are_forgotten_but_for_the_newest_of_each_job(store: Store) -> None:
    """What is not over stays, however old."""
    due = datetime(2025, 1, 1, tzinfo=UTC)
    for number, state in enumerate((DONE, FAILED, WAITING, MISSED)):
        for job in (Job.SEND, Job.OPEN):
            when = due + timedelta(days=number)
            runs.claim(
                store,
                Run(job=job, key=f"{number}", due=when, state=state, attempt=1, began=when, words="", who="clock"),
            )
    assert runs.purge(store, due + timedelta(days=400)) == 4
    assert [(run.job, run.key) for run in runs.since(store, due)] == [
        (job, key) for key in ("2", "3") for job in (Job.OPEN, Job.SEND)
    ]


# What people see


def test_the_jobs_are_shown_with_what_came_of_them_and_what_is_next(desk: Timed) -> None:
    """In both cities; a job that waits says for what; one by name shows its history; all of it as JSON."""
    working, _ = with_work(desk, refuses)
    working.run(Job.BOUNCES)
    working.run(Job.GATHER)
    shown = command("-C", str(desk.app.root), "jobs")
    assert shown.returncode == 0
    for job in Job:
        assert f"\n{job.value} " in shown.stdout, job
    assert "waiting" in shown.stdout
    assert "the mailbox does not answer" in shown.stdout
    assert "Hong Kong" in shown.stdout
    assert "New York" in shown.stdout
    history = command("-C", str(desk.app.root), "jobs", "gather")
    assert "2026-11-23 12:07:00" in history.stdout
    as_json = json.loads(command("-C", str(desk.app.root), "jobs", "--json").stdout)
    assert [one["job"] for one in as_json] == [job.value for job in Job]
    assert {one.job: one.off for one in list_jobs(desk.app, read_schedule(desk.app)).jobs}[Job.SEND] is False


def test_a_job_is_run_by_hand_on_the_command_line(desk: Timed) -> None:
    """It says what came of it; one that has nothing to do says when it has."""
    done = command("-C", str(desk.app.root), "run-job", "bounces", "--as", "mei")
    assert done.returncode == 0
    assert "done. schedule.yaml names no mailbox" in done.stdout
    (run,) = desk.kept(Job.BOUNCES)
    assert run.who == "mei"
    assert command("-C", str(desk.app.root), "run-job", "archive").returncode == 0
    unknown = command("-C", str(desk.app.root), "run-job", "dream")
    assert unknown.returncode == 2


def test_every_job_has_a_next_time(desk: Timed) -> None:
    """None of the sample's is off, and none is forgotten."""
    assert all(moment is not None for moment in next_wakes(desk.app).values())
    assert SOAK or len(next_wakes(desk.app)) == len(Job)
