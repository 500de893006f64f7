"""Opens the next issue."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.responses import Response

from newsletter.actions.open_issue import open_issue
from newsletter.desk.ask import Ask
from newsletter.desk.office import Office
from newsletter.desk.places import section_address
from newsletter.model.audit import claimed
from newsletter.model.issue import IssueId


def take(office: Office, ask: Ask) -> Response:
    """The next of the calendar, or that of a date, with everything that was kept for it."""
    wanted = ask.text("issue")
    issue = IssueId.parse(wanted) if wanted else None
    if wanted and issue is None:
        raise HTTPException(422, f"'{wanted[:40]}' is no issue's date; write year-month-day, as 2026-12-04.")
    opened = open_issue(office.app, issue, ask.me.id, by=claimed(ask.me.id, None))
    office.look_again()
    return office.go(ask, section_address(opened.issue, "opening"), f"The issue of {opened.issue} is open.")
