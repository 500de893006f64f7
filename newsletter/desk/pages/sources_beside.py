"""A finding's words and the passage of the source that they are held against, side by side."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.actions.source_passages import source_passages
from newsletter.desk.ask import Ask
from newsletter.desk.findings import finding_asked
from newsletter.desk.found import compared, finding_values
from newsletter.desk.issuepath import issue_of
from newsletter.desk.office import Office
from newsletter.desk.pages.waive import GONE
from newsletter.desk.places import back_to_findings, section_address


def show(office: Office, ask: Ask) -> Response:
    """The two beside each other, the words that match marked; a part for the page that puts it into itself."""
    issue = issue_of(office.app, ask)
    found = finding_asked(office, ask, issue, ask.query.get("finding", ""))
    if found is None:
        return back_to_findings(office, ask, GONE)
    finding, checked = found
    told = finding_values(finding, checked)
    passages = source_passages(office.app, issue, [one for one in finding.beside if one.item])
    values = {
        "finding": told,
        "pairs": [compared(told["line"], one.beside, one.before, one.after, one.title, one.url) for one in passages],
        "base": section_address(issue, ask.parts["name"]),
    }
    if ask.is_part:
        return office.part(ask, "sidebyside.html", values)
    return office.page(ask, "sidebyside_page.html", "Side by side", values)
