"""Approval: the issue is to be signed. Deputies count from here on, and hear of it together with the others."""

from __future__ import annotations

from newsletter.actions.app import App
from newsletter.actions.issue_letters import tell_team, those_who_can_help
from newsletter.actions.issue_waits import issue_waits
from newsletter.actions.jobs import JobContext
from newsletter.model.job import Occasion, Outcome

TEMPLATE = "notice/approval.txt"


def do(app: App, occasion: Occasion, _context: JobContext) -> Outcome:
    """Tells whom an unsigned issue waits for, who may sign it now, and the one in charge, who may do so alone."""
    assert occasion.issue is not None, occasion
    waits = issue_waits(app, occasion.issue)
    in_charge = [one for one in waits.schedule.team if one.id == waits.schedule.approval.in_charge]
    return tell_team(app, occasion, TEMPLATE, waits, (*those_who_can_help(waits), *in_charge))
