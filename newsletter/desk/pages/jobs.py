"""Jobs: what runs by itself, what came of it last, and when it runs next."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.actions.list_jobs import list_jobs
from newsletter.desk.ask import Ask
from newsletter.desk.jobsview import job_rows
from newsletter.desk.office import Office


def show(office: Office, ask: Ask) -> Response:
    """All jobs."""
    rota = list_jobs(office.app)
    rows = tuple(job_rows(rota, office.schedule, office.now(), ask.me.id))
    return office.page(ask, "jobs.html", "Jobs", {"rows": rows})
