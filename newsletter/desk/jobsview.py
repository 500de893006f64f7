"""Jobs and their runs in words. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from newsletter.actions.list_jobs import JobStanding, Rota
from newsletter.actions.start_job import ELSEWHERE
from newsletter.desk.moments import ago, cities_for, in_cities, left
from newsletter.model.job import Job, Run, RunState
from newsletter.publication.schedule import Schedule

DOES = {
    Job.GATHER: "asks the sources that are due",
    Job.OPEN: "makes the next issue's folder",
    Job.REMIND: "writes to owners before a deadline",
    Job.CUT_OFF: "tells whom the issue waits for at the cut-off",
    Job.APPROVAL: "tells who may sign, at the approval deadline",
    Job.LINKS: "asks for the issue's links before it goes out",
    Job.SEND: "sends the issue when it is due",
    Job.BOUNCES: "reads what came back",
    Job.ARCHIVE: "brings the archive up to date",
    Job.TIDY: "forgets what nobody needs any more",
    Job.BACKUP: "makes a backup",
    Job.REPORT: "writes the week's report",
}
_STATES = {
    RunState.RUNNING: ("now", "running"),
    RunState.WAITING: ("warn", "tries again"),
    RunState.DONE: ("ok", "done"),
    RunState.FAILED: ("bad", "failed"),
    RunState.MISSED: ("bad", "missed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A run, in words."""

    job: str
    state: str  # of the dot
    word: str
    about: str  # the issue, where it is about one
    words: str
    who: str  # "" where the clock ran it
    at: datetime  # when it began
    ago: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A job as a row of the table."""

    name: str
    does: str
    state: str
    word: str
    last: str  # how long ago
    words: str
    next: str
    next_times: str  # on every clock; "" where there is no next
    can_start: bool  # it is none that is begun elsewhere, and no process does it


def ran(run: Run, now: datetime) -> Ran:
    """What became of a run."""
    state, word = _STATES[run.state]
    of_issue = run.job in (Job.OPEN, Job.REMIND, Job.CUT_OFF, Job.APPROVAL, Job.LINKS, Job.SEND)
    return Ran(
        job=run.job.value,
        state=state,
        word=word,
        about=run.key.partition(" ")[0] if of_issue else "",
        words=run.words,
        who="" if run.who == "clock" else run.who,
        at=run.began,
        ago=ago(now - run.began),
    )


def job_rows(rota: Rota, at_work: Collection[Job], schedule: Schedule, now: datetime, who: str) -> Iterator[JobRow]:
    """All jobs, the clock of this member's city first. `at_work` are those that a process does at the moment."""
    cities = cities_for(schedule, who)
    for one in rota.jobs:
        run = one.current[0] if one.current else one.last
        state, word = _STATES[run.state] if run else ("none", "never ran")
        moment = _next(one)
        yield JobRow(
            name=one.job.value,
            does=DOES[one.job],
            state=state,
            word=word,
            last=ago(now - run.began) if run else "",
            words=run.words if run else "",
            next=_when(one, moment, now),
            next_times=in_cities(moment, cities, now) if moment else "",
            can_start=one.job not in ELSEWHERE and one.job not in at_work,
        )


def _next(one: JobStanding) -> datetime | None:
    """When it is done next, a due time or another try; None where it never is."""
    moments = [run.next_try for run in one.current if run.next_try is not None]
    moments += [one.following.due] if one.following else []
    return None if one.off else min(moments, default=None)


def _when(one: JobStanding, moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "off, by schedule.yaml" if one.off else "never"
    return f"in {left(moment - now)}" if moment > now else "now"
