"""What is new in an issue: since one's last look, since it was signed, since the last issue."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.actions.diff_issue import Since, compare_issue, have_read
from newsletter.desk import approving
from newsletter.desk.ask import Ask
from newsletter.desk.issuepath import issue_of, sent_before
from newsletter.desk.moments import cities_for
from newsletter.desk.office import Office
from newsletter.model.errors import ConfigError
from newsletter.model.issue import IssueId
from newsletter.publication.folder import is_sent

_SINCE = ("look", "approval", "issue")


def show(office: Office, ask: Ask) -> Response:
    """The changes. Looking at them notes nothing."""
    return _page(office, ask)


def take(office: Office, ask: Ask) -> Response:
    """Notes that this person has read the issue as the page had it."""
    issue = issue_of(office.app, ask)
    if not have_read(office.app, issue, ask.me.id, ask.text("digest")):
        words = "The issue was changed while you read it, so nothing was noted. This is what is new in it now."
        return _page(office, ask, words, 409)
    return office.go(ask, f"/issues/{issue}/changes", "Noted. From now on this page shows what is new since this look.")


def _page(office: Office, ask: Ask, error: str = "", status: int = 200) -> Response:
    app, issue = office.app, issue_of(office.app, ask)
    since = ask.query.get("since", "")
    since = since if since in _SINCE else "look"
    values: dict[str, object] = {"issue": str(issue), "since": since, "error": error, "sent": is_sent(app.root, issue)}
    today = office.looks.today(issue)
    try:
        looked = compare_issue(app, issue, ask.me.id, _before(office, issue, since), today)
    except ConfigError:  # what it is to be held against is not there
        looked = compare_issue(app, issue, ask.me.id, today=today)
        values |= {"edition": approving.edition(looked.edition), "changes": None, "missing": _missing(since)}
    else:
        values |= {
            "edition": approving.edition(looked.edition),
            "changes": approving.changes(looked.difference, ask.me.id, cities_for(office.schedule, ask.me.id)),
        }
        values |= {"missing": _missing(since)}
    return office.page(ask, "changes.html", f"What is new in {issue}", values, status)


def _before(office: Office, issue: IssueId, since: str) -> Since | IssueId | None:
    if since == "approval":
        return Since.APPROVAL
    return sent_before(office.app, issue) if since == "issue" else None


def _missing(since: str) -> str:
    if since == "issue":
        return "No issue has been sent yet that this one could be held against."
    if since == "approval":
        return "Nobody has signed this issue yet."
    return "You have not looked at this issue before, and nobody has signed it: all of it is new to you."
