"""List: what runs by itself, when it ran last, what came of it, and when it is next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from newsletter.actions.app import App
from newsletter.actions.home import home_store
from newsletter.actions.way_out import read_schedule
from newsletter.model.job import Job, Occasion, Run, RunState
from newsletter.publication.schedule import City, Schedule
from newsletter.publication.timetable import next_occasion
from newsletter.store import runs

_OVER = (RunState.DONE, RunState.FAILED, RunState.MISSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStanding:
    """How a job is doing."""

    job: Job
    off: bool  # by schedule.yaml
    last: Run | None  # the newest that is over; None: it never was
    current: tuple[Run, ...]  # those that are running or wait for another try, the first due in front
    following: Occasion | None  # the next that is due; None: none is, or it is off


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """All jobs, and where the team lives that reads of them."""

    jobs: tuple[JobStanding, ...]  # in the order of the enum
    cities: tuple[City, ...]
    now: datetime  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class JobHistory:
    """What became of a job lately."""

    job: Job
    runs: tuple[Run, ...]  # the newest first
    cities: tuple[City, ...]


def list_jobs(app: App, schedule: Schedule) -> Rota:
    """Every job as it stands by this schedule. Changes nothing. Raises `NotAtHome`, `StoreError`."""
    now = app.clock()
    with home_store(app, "jobs run") as store:
        standings = tuple(
            JobStanding(
                job=job,
                off=job.value in schedule.jobs.off,
                last=runs.newest(store, job, _OVER),
                current=runs.unfinished(store, job),
                following=next_occasion(schedule, job, now),
            )
            for job in Job
        )
    return Rota(jobs=standings, cities=schedule.cities, now=now)


def list_runs(app: App, job: Job, count: int) -> JobHistory:
    """The runs of a job that were due last, at most so many. Raises as `list_jobs`, `ContentError`."""
    schedule = read_schedule(app)
    with home_store(app, "jobs run") as store:
        return JobHistory(job=job, runs=runs.newest_first(store, job, count), cities=schedule.cities)
