"""Roll over: once an issue has gone out, the next one is there."""

from __future__ import annotations

from newsletter.actions.app import App
from newsletter.actions.open_issue import Opened, open_issue
from newsletter.publication.folder import is_sent, issue_ids


def roll_over(app: App, who: str = "newsletter", *, by: str | None = None) -> Opened | None:
    """Opens the next issue where none is in preparation, as sending one does; None where one is. `by` is who does it,
    as the audit log names them."""
    if any(not is_sent(app.root, issue) for issue in issue_ids(app.root)):
        return None
    return open_issue(app, who=who, by=by)
