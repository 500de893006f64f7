"""Cut-off: the writing is to be done. Who is late hears of it, and those who sign hear how it stands."""

from __future__ import annotations

from newsletter.actions.app import App
from newsletter.actions.issue_letters import tell_team, those_who_can_help
from newsletter.actions.issue_waits import issue_waits
from newsletter.actions.jobs import JobContext
from newsletter.model.job import Occasion, Outcome

TEMPLATE = "notice/cut_off.txt"


def do(app: App, occasion: Occasion, _context: JobContext) -> Outcome:
    """Tells whom the issue waits for, now that its writing is closed."""
    assert occasion.issue is not None, occasion
    waits = issue_waits(app, occasion.issue)
    return tell_team(app, occasion, TEMPLATE, waits, those_who_can_help(waits))
