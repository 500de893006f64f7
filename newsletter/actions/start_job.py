"""Start a job: now, for somebody at the desk, in a process of its own, which goes on when the desk ends.

The process is `newsletter run-job`, and so holds the job's lock like that of the clock: whichever comes second does
nothing, and says who is at it. Its log is var/logs/job-NAME.log.
"""

from __future__ import annotations

from newsletter.actions import own_process
from newsletter.actions.app import App
from newsletter.actions.home import home_store
from newsletter.actions.run_job import is_running
from newsletter.actions.way_out import read_schedule
from newsletter.model.audit import Deed, claimed
from newsletter.model.errors import ConfigError
from newsletter.model.job import Job
from newsletter.store import audit

ELSEWHERE = frozenset({Job.SEND})  # what readers get is begun with a word more, and by approvers: see `start_sending`


def start_job(app: App, job: Job, who: str, *, login: str | None) -> bool:
    """Begins a process that does the job; False where one does it already, and nothing was done.

    Who asked for it stands in the audit log before the process is there. Raises `ConfigError` for a job that is not
    begun so, `CannotStart`, `NotAtHome`, `ContentError` for schedule.yaml. What the process meets stands in its log:
    see `last_words`.
    """
    if job in ELSEWHERE:
        raise ConfigError("job", f"'{job.value}' is not begun here; an issue is sent from the page of its delivery")
    schedule = read_schedule(app)
    with home_store(app, "jobs run") as store:
        log = None if is_running(app, store, job) else own_process.locked(own_process.log_of(app, _named(job)))
        if log is None:
            return False
        with log:
            words = ("run-job", job.value)
            note = f"newsletter {' '.join(words)}"
            deed = Deed(
                happened=app.clock(), who=claimed(who, login), act="run-job", issue=None, digest=None, note=note
            )
            audit.append(store, deed)
            own_process.begin(app, log, schedule.cities[0], (*words, "--as", who))
    return True


def jobs_at_work(app: App) -> frozenset[Job]:
    """Those that a process does at the moment: the clock's, one that was begun so on this machine, or a person's."""
    with home_store(app, "jobs run") as store:
        return frozenset(job for job in Job if is_at_it(app, job) or is_running(app, store, job))


def is_at_it(app: App, job: Job) -> bool:
    """Whether a process that was begun so does this job, on this machine."""
    return own_process.is_at_it(own_process.log_of(app, _named(job)))


def last_words(app: App, job: Job) -> tuple[str, ...]:
    """The last lines of what the process said that was begun last so for this job; none where it said nothing."""
    return own_process.last_words(own_process.log_of(app, _named(job)))


def _named(job: Job) -> str:
    return f"job-{job.value}"
