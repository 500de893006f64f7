"""Run a job: what is due of it, and what waits for another try, each occasion once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event

from newsletter.actions.app import App
from newsletter.actions.due_runs import (
    A_MINUTE,
    after_failure,
    after_kill,
    follows_issues,
    fresh,
    known,
    wake,
    written,
)
from newsletter.actions.jobs import KEEPS_TIME, Do, JobContext, StopSign, body
from newsletter.actions.past_runs import past_of as past_of
from newsletter.actions.past_runs import ran_ahead
from newsletter.actions.way_out import read_schedule
from newsletter.model.errors import NewsletterError
from newsletter.model.issue import IssueId
from newsletter.model.job import Job, Occasion, Outcome, Run, RunState
from newsletter.publication.schedule import Schedule
from newsletter.store import runs
from newsletter.store.engine import Store, open_store
from newsletter.store.errors import AlreadyHeld
from newsletter.store.locks import hold

CLOCK = "clock"  # who runs what is due by itself
FAULT = "a fault of the program; see the log"

_LOG = logging.getLogger(__name__)


def run_job(
    app: App,
    job: Job,
    *,
    who: str = CLOCK,
    login: str,
    stop: StopSign | None = None,
    by_hand: bool = False,
    wait: Callable[[float], object] | None = None,
    tell: Callable[[str], object] = lambda _line: None,
    bodies: Callable[[Job], Do] = body,
) -> tuple[Run, ...]:
    """The runs that this call has carried on, as they stand now, in the order of their work; none where nothing is due.

    Whatever is called how often, killed wherever and by how many at once: each occasion has one run. One that a killed
    process left is taken up again first. An attempt that fails is repeated after 1, 5, 15 and 60 minutes while it is
    not too late, then the run has failed. What came to be too late while nothing ran is MISSED.

    `by_hand`: at once, whether anything is due or not, and a job that is off as well; of a job that follows issues what
    is due, what waits and the newest that has failed. `bodies` gives what does the work of a job. Raises `AlreadyHeld`
    while another process runs this job, `ContentError` for schedule.yaml, `StoreError`.
    """
    schedule = read_schedule(app)
    if by_hand:
        schedule = replace(schedule, jobs=replace(schedule.jobs, off=()))
    elif job.value in schedule.jobs.off:
        return ()
    sign = stop or Event()
    context = JobContext(who=who, login=login, stop=sign, wait=wait or _patiently(sign), tell=tell)
    done: list[Run] = []
    with open_store(app.database) as store, hold(store, lock_of(job), app.root, app.clock()):
        _recover(store, job, app.clock())
        todo = _asked_for(store, schedule, job, app.clock()) if by_hand else _todo(store, schedule, job, app.clock())
        while todo and not sign.is_set():
            ended = _seen_to(app, store, todo[0], _occasion(schedule, todo[0]), context, bodies(job))
            done += [ended] if ended else []
            todo = todo[1:] or ([] if by_hand else _todo(store, schedule, job, app.clock()))
    return tuple(done)


def next_wake(app: App, job: Job, schedule: Schedule | None = None) -> datetime | None:
    """When `run_job` has something to do next, UTC: now or earlier where it has at once, None where never.

    `schedule`: instead of what schedule.yaml says now. Raises `ContentError`, `StoreError`.
    """
    return next_wakes(app, (job,), schedule)[job]


def next_wakes(
    app: App, jobs: tuple[Job, ...] = tuple(Job), schedule: Schedule | None = None
) -> dict[Job, datetime | None]:
    """The same for several jobs, with one look at schedule.yaml and into the database."""
    timetable, now = schedule or read_schedule(app), app.clock()
    with open_store(app.database) as store:
        return {
            job: None if job.value in timetable.jobs.off else _wake(app, store, timetable, job, now) for job in jobs
        }


def is_running(app: App, store: Store, job: Job) -> bool:
    """Whether a process does this job at the moment. A run that a killed one has left is no longer at work."""
    left = any(run.state is RunState.RUNNING for run in runs.unfinished(store, job))
    return left and _is_held(app, store, job, app.clock())


def lock_of(job: Job) -> str:
    """The name of the lock that a job's process holds."""
    return f"job-{job.value}"


def _wake(app: App, store: Store, schedule: Schedule, job: Job, now: datetime) -> datetime | None:
    past = past_of(store, job, now)
    if any(run.state is RunState.RUNNING for run in past.unfinished):  # of a process that lives, or that was killed
        return now + A_MINUTE if _is_held(app, store, job, now) else now
    return wake(schedule, job, past, now)


def _is_held(app: App, store: Store, job: Job, now: datetime) -> bool:
    try:
        with hold(store, lock_of(job), app.root, now):
            return False
    except AlreadyHeld:
        return True


def _recover(store: Store, job: Job, now: datetime) -> None:
    """Puts back what a killed process left, which nobody else has: we hold the job's lock."""
    for run in runs.unfinished(store, job):
        if run.state is RunState.RUNNING:
            _LOG.warning("a run was cut off: job=%s key=%s attempt=%s", job.value, run.key, run.attempt)
            runs.change(store, run, after_kill(run, now))


def _todo(store: Store, schedule: Schedule, job: Job, now: datetime) -> list[Run | Occasion]:
    """What is to be seen to now, the one that was due first in front."""
    past = past_of(store, job, now)
    new = fresh(schedule, job, past, now)
    waiting = _outdated(store, past.unfinished, now) if new and not follows_issues(job) else past.unfinished
    return _in_order(*(run for run in waiting if run.next_try is not None and run.next_try <= now), *new)


def _asked_for(store: Store, schedule: Schedule, job: Job, now: datetime) -> list[Run | Occasion]:
    """What somebody wants to have done who runs a job by hand."""
    past = past_of(store, job, now)
    if not follows_issues(job):
        _outdated(store, past.unfinished, now)
        return [Occasion(job=job, key=f"by hand {now:%Y-%m-%dT%H:%M:%SZ}", due=now)]
    failed = runs.newest(store, job, (RunState.FAILED,))
    again = (failed,) if failed and (one := known(schedule, failed)) and one.until and one.until > now else ()
    return _in_order(*past.unfinished, *again, *fresh(schedule, job, past, now))


def _in_order(*todo: Run | Occasion) -> list[Run | Occasion]:
    return sorted(todo, key=lambda one: (one.due, one.key))


def _outdated(store: Store, waiting: tuple[Run, ...], now: datetime) -> tuple[Run, ...]:
    """Gives up what waits for another try, where a newer one that is the same takes its place; none are left."""
    for run in waiting:
        words = f"{run.words.rstrip('.')}; the next one has taken its place"
        runs.change(store, run, replace(run, state=RunState.FAILED, next_try=None, ended=now, words=words))
    return ()


def _occasion(schedule: Schedule, one: Run | Occasion) -> Occasion:
    """The occasion as the schedule has it today. One that it does not know any more is too late."""
    if isinstance(one, Occasion):
        return one
    issue = IssueId.parse(one.key.partition(" ")[0]) if follows_issues(one.job) else None
    gone = Occasion(job=one.job, key=one.key, due=one.due, until=one.due, issue=issue)
    return known(schedule, one) or gone


def _seen_to(
    app: App, store: Store, one: Run | Occasion, occasion: Occasion, context: JobContext, do: Do
) -> Run | None:
    """The run at the end of this attempt, as it is on disk; None where somebody else has it."""
    now = app.clock()
    if occasion.until is not None and occasion.until <= now and one.job not in KEEPS_TIME:
        return _missed(store, one, context.who, now)
    run = _begun(store, one, context.who, now)
    if run is None:
        return None
    after = _attempted(app, run, occasion, context, do)
    if not runs.change(store, run, after):
        _LOG.warning("a run has been taken from us: job=%s key=%s", run.job.value, run.key)
    return after


def _begun(store: Store, one: Run | Occasion, who: str, now: datetime) -> Run | None:
    """The run, which is ours and RUNNING from here on; None where somebody else has it."""
    if isinstance(one, Run):
        begun = replace(
            one, state=RunState.RUNNING, attempt=one.attempt + 1, began=now, ended=None, next_try=None, who=who
        )
        return begun if runs.change(store, one, begun) else None
    run = Run(job=one.job, key=one.key, due=one.due, state=RunState.RUNNING, attempt=1, began=now, words="", who=who)
    return run if runs.claim(store, run) or _instead(store, run, now) else None


def _missed(store: Store, one: Run | Occasion, who: str, now: datetime) -> Run | None:
    """The run of an occasion that is past; None where somebody else has it."""
    if isinstance(one, Run):
        words = f"{one.words.rstrip('.')}; now it is too late"
        after = replace(one, state=RunState.FAILED, ended=now, next_try=None, words=words)
        return after if runs.change(store, one, after) else None
    words = "nothing ran when it was due, and now it is too late"
    run = Run(
        job=one.job,
        key=one.key,
        due=one.due,
        state=RunState.MISSED,
        attempt=0,
        began=now,
        ended=now,
        words=words,
        who=who,
    )
    return run if runs.claim(store, run) or _instead(store, run, now) else None


def _instead(store: Store, run: Run, now: datetime) -> bool:
    """Whether it could be written over one that was missed by a clock that ran ahead."""
    there = runs.find(store, run.job, run.key)
    return there is not None and ran_ahead(there, now) and runs.change(store, there, run)


def _attempted(app: App, run: Run, occasion: Occasion, context: JobContext, do: Do) -> Run:
    """The run after one attempt, whatever happened."""
    try:
        outcome = do(app, occasion, context)
    except AlreadyHeld as error:
        outcome = Outcome(state=RunState.WAITING, words=str(error), next_try=app.clock() + A_MINUTE)
    except (NewsletterError, OSError) as error:
        return after_failure(run, occasion.until, str(error), app.clock())
    except Exception:  # the top of a job: the others go on, and a person looks
        _LOG.exception("a run has failed: job=%s key=%s", run.job.value, run.key)
        outcome = Outcome(state=RunState.FAILED, words=FAULT)
    if outcome.state is RunState.WAITING and not context.stop.is_set():
        soon = app.clock() + timedelta(seconds=1)
        outcome = replace(outcome, next_try=max(outcome.next_try or soon, soon))
    return written(run, outcome, app.clock())


def _patiently(stop: StopSign) -> Callable[[float], object]:
    """Lets time pass until somebody asks us to stop."""

    def wait(seconds: float) -> object:
        from newsletter.actions.go_live import patiently  # with all of the archive behind it

        return patiently(stop)(seconds)

    return wait
