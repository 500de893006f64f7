"""Jobs: what runs by itself, what came of it last, and when it runs next; an operator runs one now."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response

from newsletter.actions.list_jobs import list_jobs
from newsletter.actions.start_job import is_at_it, jobs_at_work, last_words, start_job
from newsletter.desk.ask import Ask
from newsletter.desk.jobsview import job_rows
from newsletter.desk.office import Office
from newsletter.desk.wording import cut
from newsletter.model.job import Job


def show(office: Office, ask: Ask) -> Response:
    """All jobs; of one that somebody has just begun here, how it goes."""
    at_work = jobs_at_work(office.app)
    rows = tuple(job_rows(list_jobs(office.app, office.schedule), at_work, office.schedule, office.now(), ask.me.id))
    return office.page(ask, "jobs.html", "Jobs", {"rows": rows, "begun": _begun(office, ask.query.get("begun", ""))})


def take_start(office: Office, ask: Ask) -> Response:
    """Begins a process that does a job."""
    job = _named(ask.parts["job"])
    if job is None:
        raise HTTPException(404, "There is no such job.")
    begun = start_job(office.app, job, ask.me.id, login=None)
    if not begun:
        return office.go(ask, "/jobs", f"“{job.value}” is running already; nothing was begun twice.")
    said = f"“{job.value}” was begun: a process of its own does it, and goes on when the desk ends."
    return office.go(ask, f"/jobs?begun={job.value}", said)


def _begun(office: Office, name: str) -> dict[str, object] | None:
    """How a job goes that was begun here; None where none of this name was."""
    job = _named(name)
    said = last_words(office.app, job) if job else ()
    at_it = job is not None and is_at_it(office.app, job)
    return {"name": name, "at_it": at_it, "said": tuple(map(cut, said))} if said or at_it else None


def _named(name: str) -> Job | None:
    return next((job for job in Job if job.value == name), None)
