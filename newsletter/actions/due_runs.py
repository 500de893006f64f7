"""Which occasions of a job there are to see to, from the timetable and what was run before: pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from newsletter.model.job import Job, Occasion, Outcome, Run, RunState
from newsletter.publication.schedule import Schedule
from newsletter.publication.timetable import newest_occasion, next_occasion, occasions

AHEAD = {Job.SEND: timedelta(minutes=3)}  # so long before it is due a job begins, to be ready on the second
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))  # after each failed attempt
A_MINUTE = timedelta(minutes=1)
LOOK_BACK = timedelta(days=21)  # an issue's deadlines lie this long before it at most

_FIRST = timedelta(hours=1)  # what is older than this when the program runs for the first time is not its own
_FARTHEST = timedelta(weeks=104)
_WORDS = 1_000  # characters; every mistake of a folder may be told at once
_PER_ISSUE = frozenset({Job.OPEN, Job.REMIND, Job.CUT_OFF, Job.APPROVAL, Job.LINKS, Job.SEND})


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is known of a job when it is asked what there is to do."""

    newest: datetime | None  # when the newest run was due, UTC; of a clock that ran ahead once nothing is believed
    born: datetime | None  # when the first of all jobs ran here, UTC
    keys: frozenset[str]  # of the runs since `LOOK_BACK`
    unfinished: tuple[Run, ...]
    adopted: tuple[Occasion, ...] = ()  # what a person has begun, without a run that goes on with it


def follows_issues(job: Job) -> bool:
    """Whether each occasion of this job is about an issue, and is due once."""
    return job in _PER_ISSUE


def ahead(job: Job) -> timedelta:
    """How long before it is due a job begins."""
    return AHEAD.get(job, timedelta(0))


def fresh(schedule: Schedule, job: Job, past: Past, now: datetime) -> tuple[Occasion, ...]:
    """The occasions that are to be seen to now and have no run yet, the earliest first.

    Of a job that is the same whenever it runs, only the newest one. Of one that follows an issue each that is not too
    late yet, whatever the schedule said before, and each that came to be too late while nothing ran.
    """
    if not follows_issues(job):
        after = max(past.newest or now - _FIRST, now - LOOK_BACK)
        found = newest_occasion(schedule, job, after, now)
        return () if found is None else (found,)
    seen = max(past.newest or past.born or now - _FIRST, now - _FARTHEST)
    since = min(seen, now - LOOK_BACK)
    due = (
        one
        for one in occasions(schedule, job, since, now + ahead(job))
        if one.key not in past.keys and (one.due >= seen or one.until is None or one.until > now)
    )
    return tuple({one.key: one for one in (*past.adopted, *due)}.values())


def wake(schedule: Schedule, job: Job, past: Past, now: datetime) -> datetime | None:
    """When there is something to do again, now or earlier: at once. A run that stands as RUNNING is left out."""
    if fresh(schedule, job, past, now):
        return now
    moments = [run.next_try for run in past.unfinished if run.next_try is not None]
    moments += [one.due - ahead(job) for one in _coming(schedule, job, past, now)]
    return min(moments, default=None)


def _coming(schedule: Schedule, job: Job, past: Past, now: datetime) -> Iterator[Occasion]:
    """The next occasion that has no run yet."""
    found = next_occasion(schedule, job, now + ahead(job))
    while found is not None:
        if found.key not in past.keys:
            yield found
            return
        found = next_occasion(schedule, job, found.due)


def known(schedule: Schedule, run: Run) -> Occasion | None:
    """The occasion of a run as the schedule says it today; None where it does not know it any more."""
    if follows_issues(run.job):
        around = occasions(schedule, run.job, run.due - LOOK_BACK, run.due + LOOK_BACK)
        return next((one for one in around if one.key == run.key), None)
    return Occasion(job=run.job, key=run.key, due=run.due)


def after_failure(run: Run, until: datetime | None, words: str, now: datetime) -> Run:
    """The run after an attempt that has failed: another follows, unless there were enough or it will be too late."""
    failures = run.failures + 1
    again = now + BACK_OFF[run.failures] if run.failures < len(BACK_OFF) else None
    if again is None or (until is not None and again >= until):
        return replace(written(run, Outcome(state=RunState.FAILED, words=words), now), failures=failures)
    outcome = Outcome(state=RunState.WAITING, words=words, next_try=again)
    return replace(written(run, outcome, now), failures=failures)


def after_kill(run: Run, now: datetime) -> Run:
    """The run whose process was killed: taken up at once, and in a minute where that happens again and again."""
    pause = BACK_OFF[0] if run.failures >= len(BACK_OFF) else timedelta(0)
    words = "its process ended before it was done"
    return replace(run, state=RunState.WAITING, next_try=now + pause, words=words, failures=run.failures + 1)


def written(run: Run, outcome: Outcome, now: datetime) -> Run:
    """The run once its attempt is over, with its words in one line."""
    words = " ".join(outcome.words.split())[:_WORDS]
    return replace(run, state=outcome.state, words=words, ended=now, next_try=outcome.next_try, failures=0)
