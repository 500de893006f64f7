"""The issue that an address of the desk names."""

from __future__ import annotations

from starlette.exceptions import HTTPException

from newsletter.actions.app import App
from newsletter.desk.ask import Ask
from newsletter.model.issue import IssueId
from newsletter.publication.folder import is_sent, issue_ids


def issue_of(app: App, ask: Ask) -> IssueId:
    """The issue that the address names. Raises `HTTPException` 404 where there is none of that name."""
    issue = IssueId.parse(ask.parts.get("issue", ""))
    if issue is None or issue not in issue_ids(app.root):
        raise HTTPException(404, "There is no such issue.")
    return issue


def sent_before(app: App, issue: IssueId) -> IssueId | None:
    """The newest other issue that was sent; None where none was."""
    sent = [one for one in issue_ids(app.root) if one != issue and is_sent(app.root, one)]
    return max((one for one in sent if one < issue), default=max(sent, default=None))
