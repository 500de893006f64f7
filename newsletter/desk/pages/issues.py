"""Issues: all there are, the newest first."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.actions.all_issues import all_issues, matching
from newsletter.desk.ask import Ask
from newsletter.desk.issuesview import issue_rows
from newsletter.desk.office import Office

_AT_ONCE = 50


def show(office: Office, ask: Ask) -> Response:
    """A page of them, of those that hold the words that are looked for."""
    words, written = " ".join(ask.query.get("q", "").split()), ask.query.get("page", "1")
    found = matching(all_issues(office.app), words)
    pages = max(1, -(-len(found) // _AT_ONCE))
    page = min(int(written), pages) if written.isdecimal() and len(written) < 6 and int(written) else 1
    shown = found[(page - 1) * _AT_ONCE : page * _AT_ONCE]
    values = {
        "rows": issue_rows(shown, office.publication),
        "words": words,
        "count": len(found),
        "page": page,
        "pages": pages,
    }
    return office.page(ask, "issues.html", "All issues", values)
