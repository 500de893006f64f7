"""What runs by itself: jobs that failed or were missed, a clock that starts none, a site that ends again and again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from newsletter.actions.concerns.kinds import Kind, concern
from newsletter.actions.concerns.standing import Standing, read_standing
from newsletter.actions.concerns.view import View
from newsletter.actions.due_runs import follows_issues, fresh
from newsletter.actions.past_runs import past_of
from newsletter.actions.run_job import lock_of
from newsletter.model.alarm import Concern
from newsletter.model.issue import IssueId
from newsletter.model.job import Job, Run, RunState
from newsletter.publication.timetable import every_minutes
from newsletter.store import mailings, runs
from newsletter.store.errors import AlreadyHeld
from newsletter.store.locks import hold

LATE = timedelta(minutes=5)
_OLD = timedelta(days=8)  # what failed longer ago, and was due once, is history
_BEGAN = timedelta(minutes=10)  # a run that stands as running for so long may be of a process that was killed
_RESTARTS = 2  # once may be chance
_ENDED = (RunState.DONE, RunState.FAILED, RunState.MISSED)

# What to look at when a job fails, where there is more to say than its own words.
_HINTS = {
    Job.BOUNCES: "look at `sending: returns:` in schedule.yaml, RETURNS_PASSWORD, and the mailbox itself",
    Job.ARCHIVE: "look at `publish:` in schedule.yaml, and whether the host takes the site: docs/hosting.md",
    Job.BACKUP: "look at `backup:` in schedule.yaml, and whether its folder can be written and has room",
    Job.GATHER: "`newsletter sources` shows how each source is doing",
    Job.SEND: "`newsletter doctor` looks at mail server, addresses and disk",
}


def of_running(view: View) -> Iterator[Concern]:
    """What is wrong with jobs, the clock and the site's process."""
    standing = read_standing(view.app)
    yield from _clock_late(view, standing)
    for job in Job:
        run = runs.newest(view.store, job, _ENDED)
        if run is not None and (found := _of_run(view, run)):
            yield found
    yield from _site(standing)


def _of_run(view: View, run: Run) -> Concern | None:
    old = follows_issues(run.job) and view.now - run.due > _OLD
    if run.state is RunState.DONE or old or (run.job is Job.SEND and _is_told_by_its_issue(view, run)):
        return None
    name = run.job.value
    if run.state is RunState.MISSED:
        what = (
            f"`{name}` was due {view.times(run.due)}: {run.words.rstrip('.')}.",
            "The program did not run then, or its clock could not start it.",
        )
        todo = ("see that `newsletter run` is started with the machine: docs/running.md", *_hints(run.job))
        return concern(Kind.JOB_MISSED, name, f"The job `{name}` was missed", what, todo)
    what = (
        f"`{name}`, due {view.times(run.due)}, was tried {run.attempt} time{'s' * (run.attempt != 1)}. "
        f"The last time: {run.words.rstrip('.')}.",
        "It is not tried again; the next one is due at its usual time.",
    )
    todo = (*_hints(run.job), f"`newsletter run-job {name}` runs it now", "`newsletter jobs` shows all of them")
    return concern(Kind.JOB_FAILED, name, f"The job `{name}` has failed", what, todo)


def _is_told_by_its_issue(view: View, run: Run) -> bool:
    """Whether the state of the issue says more: it was missed, it is under way, or it was sent after all."""
    if run.state is RunState.MISSED:
        return True
    issue = IssueId.parse(run.key)
    mailing = None if issue is None else mailings.find(view.store, issue)
    return mailing is not None and (mailing.began is not None or mailing.state.over)


def _hints(job: Job) -> tuple[str, ...]:
    return (_HINTS[job],) if job in _HINTS else ()


def _clock_late(view: View, standing: Standing | None) -> Iterator[Concern]:
    """Jobs that are overdue although the program has run for a while."""
    if standing is not None and view.now - standing.since < LATE:
        return
    jobs = (job for job in Job if job.value not in view.schedule.jobs.off)
    late = {job: since for job in jobs if (since := _overdue(view, job)) is not None and view.now - since > LATE}
    if not late:
        return
    listed = [f"`{job.value}`, due {view.times(since)}" for job, since in sorted(late.items(), key=lambda one: one[1])]
    what = ("What is due is not run. It waits for nothing, and no process does it:", *listed)
    todo = (
        "`newsletter jobs` shows what each job says; look at the log of `newsletter run`",
        "start `newsletter run` anew: what was due is made up for, and nothing is done twice",
        f"`newsletter run-job {min(late, key=lambda job: late[job]).value}` runs one by hand",
    )
    count = f"{len(late)} job{'s' * (len(late) != 1)}"
    yield concern(Kind.CLOCK_LATE, "", f"The clock is late: {count} overdue", what, todo)


def _overdue(view: View, job: Job) -> datetime | None:
    """Since when a job should have been begun that nobody does, UTC; None where all is well."""
    past = past_of(view.store, job, view.now)
    running = [run for run in past.unfinished if run.state is RunState.RUNNING]
    if running:
        return min(run.began for run in running) if _is_dead(view, running) else None
    waiting = [run.next_try for run in past.unfinished if run.next_try is not None]
    found = fresh(view.schedule, job, past, view.now)
    due = [one.due for one in found if one.until is None or one.until > view.now]
    minutes = every_minutes(view.schedule, job)
    if due and minutes and past.newest:  # of many that were left out, only the last is told
        due = [min(*due, past.newest + timedelta(minutes=minutes))]
    return min((moment for moment in (*due, *waiting) if moment <= view.now), default=None)


def _is_dead(view: View, running: list[Run]) -> bool:
    """Whether runs that stand as running have no process any more: the job's lock is free."""
    if view.now - max(run.began for run in running) < _BEGAN:
        return False
    try:
        with hold(view.store, lock_of(running[0].job), view.app.root, view.now):
            return True
    except AlreadyHeld:
        return False


def _site(standing: Standing | None) -> Iterator[Concern]:
    site = None if standing is None else standing.child("site")
    if site is None or site.is_there or site.restarts < _RESTARTS:
        return
    what = (
        f"The process of the site has ended {site.restarts} times since the program was started, the last time "
        f"{site.how}. It is started again each time, later and later.",
        "Meanwhile readers can neither sign up nor leave there. What they did before is safe.",
    )
    todo = ("look at the log of `newsletter run`", "`newsletter serve` in a terminal says why it ends")
    yield concern(Kind.SITE, "", "The site ends again and again", what, todo)
