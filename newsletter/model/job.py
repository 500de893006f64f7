"""What the calendar has to be done: jobs, the times they are due at, and what came of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from newsletter.model.issue import IssueId


class Job(Enum):
    """What is done by itself. The value is its name for people and in the database."""

    GATHER = "gather"  # ask the sources that are due
    OPEN = "open"  # make the next issue's folder
    REMIND = "remind"  # tell owners what is missing, before a deadline
    CUT_OFF = "cut-off"  # the writing is to be done: tell whom an issue waits for
    APPROVAL = "approval"  # the issue is to be signed: tell whom it waits for, and who may sign now
    LINKS = "links"  # ask for an issue's links again before it goes out
    SEND = "send"  # plan the mailing ahead, send it when it is due, go on with it where it was cut off
    BOUNCES = "bounces"  # read what came back
    ARCHIVE = "archive"  # bring public/ up to date
    TIDY = "tidy"  # forget what nobody needs any more
    BACKUP = "backup"
    REPORT = "report"  # the week in figures, to those who are responsible


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One time at which a job is due. Job and key are unique: whatever is started how often, it is one run."""

    job: Job
    key: str  # an issue's name, with the hours before a deadline where there are several; else wall time and zone
    due: datetime  # UTC
    until: datetime | None = None  # UTC: from then on it is too late, and it is told as missed; None: never
    issue: IssueId | None = None


class RunState(Enum):
    """How far a run has come."""

    RUNNING = "running"  # or its process was killed, which the job's lock tells
    WAITING = "waiting"  # it is tried again at `next_try`
    DONE = "done"
    FAILED = "failed"  # for good: a person has to look
    MISSED = "missed"  # nothing ran in time, and now it is too late


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What became of one occasion."""

    job: Job
    key: str
    due: datetime  # UTC
    state: RunState
    attempt: int  # from 1; 0 where no attempt was made before it was too late
    failures: int = 0  # of attempts in a row, killed ones among them
    began: datetime  # UTC, of the last attempt
    ended: datetime | None = None  # UTC
    next_try: datetime | None = None  # UTC, of WAITING
    words: str  # what came of it, one line; "" while it is running for the first time
    who: str  # "clock", or who ran it by hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a job's work came to: DONE, WAITING with a time to look again, FAILED, or MISSED where it is called late."""

    state: RunState
    words: str  # one line, for people
    next_try: datetime | None = None  # UTC, of WAITING
