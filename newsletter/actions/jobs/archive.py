"""Archive: public/, and its host, as what went out says they should be."""

from __future__ import annotations

from datetime import timedelta

from newsletter.actions.app import App
from newsletter.actions.go_live import publish_site
from newsletter.actions.home import home_store
from newsletter.actions.jobs import JobContext
from newsletter.actions.publish_command import PublishFailed
from newsletter.actions.way_out import read_schedule
from newsletter.model.job import Occasion, Outcome, RunState


def do(app: App, _occasion: Occasion, context: JobContext) -> Outcome:
    """Brings public/ up to date, and runs `publish.command` where anything changed or an earlier run of it failed."""
    schedule = read_schedule(app)
    with home_store(app, "the archive is made") as store:
        try:
            changed = publish_site(app, store, schedule, context.stop)
        except PublishFailed as error:
            if not context.stop.is_set():
                raise
            return Outcome(state=RunState.WAITING, words=str(error), next_try=app.clock() + timedelta(seconds=1))
    return Outcome(state=RunState.DONE, words="public/ is brought up to date" if changed else "nothing has changed")
