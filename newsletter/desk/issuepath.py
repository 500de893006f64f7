"""The issue that an address of the desk names."""

from __future__ import annotations

from starlette.exceptions import HTTPException

from newsletter.actions.app import App
from newsletter.desk.ask import Ask
from newsletter.model.issue import IssueId
from newsletter.publication.folder import has_issue, sent_issues


def issue_of(app: App, ask: Ask) -> IssueId:
    """The issue that the address names. Raises `HTTPException` 404 where there is none of that name."""
    issue = IssueId.parse(ask.parts.get("issue", ""))
    if issue is None or not has_issue(app.root, issue):
        raise HTTPException(404, "There is no such issue.")
    return issue


def sent_before(app: App, issue: IssueId) -> IssueId | None:
    """The newest other issue that was sent; None where none was."""
    newest = None
    for one in sent_issues(app.root):
        if one < issue:
            return one
        newest = newest or (one if one != issue else None)
    return newest
