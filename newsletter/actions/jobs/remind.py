"""Remind: before a deadline, whoever has something open hears of it, and nobody else."""

from __future__ import annotations

from datetime import datetime, timedelta

from newsletter.actions.app import App
from newsletter.actions.issue_letters import approvers_for_nobodys, tell_team, those_who_can_help
from newsletter.actions.issue_waits import Waits, issue_waits
from newsletter.actions.jobs import JobContext
from newsletter.model.job import Occasion, Outcome, RunState

WRITING = "notice/reminder.txt"
SIGNING = "notice/unsigned.txt"


def do(app: App, occasion: Occasion, _context: JobContext) -> Outcome:
    """Reminds owners of what is missing before the cut-off, and those who sign as well before the approval deadline."""
    assert occasion.issue is not None, occasion
    waits = issue_waits(app, occasion.issue)
    signing = " approval-" in occasion.key
    deadline = waits.week.approve_by if signing else waits.week.cut_off
    if _comes_again(waits, deadline, occasion.due, app.clock()):
        words = "the next reminder of the same deadline is due as well, so nobody was written to twice"
        return Outcome(state=RunState.DONE, words=words)
    if signing:
        return tell_team(app, occasion, SIGNING, waits, those_who_can_help(waits))
    return tell_team(app, occasion, WRITING, waits, (*waits.owners, *approvers_for_nobodys(waits)))


def _comes_again(waits: Waits, deadline: datetime, due: datetime, now: datetime) -> bool:
    """Whether a reminder nearer to the deadline is due by now too, as after a night without power."""
    hours = waits.schedule.jobs.remind_hours
    return any(due < deadline - timedelta(hours=one) <= now for one in hours)
